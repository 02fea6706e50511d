import { expect } from 'chai';
import { meetingsOf } from '../../../../../../src/adapters/engines/emulated/dialects/sglang/rooms.ts';
import { HttpError } from '../../../../../../src/adapters/engines/emulated/http.ts';
import { RawObject } from '../../../../../../src/domain/raw-json.ts';

const bodyOf = (room: string, host = '"h"', port = '9000') =>
  RawObject.parse(`{"bootstrap_room":${room},"bootstrap_host":${host},"bootstrap_port":${port}}`);
const from = { host: 'h', port: 9000 };

describe('emulated SGLang: rooms', () => {
  it('keeps a 64-bit room as it was written', () => {
    expect(meetingsOf(bodyOf('9223372036854775807'), 1, false)).to.deep.equal([{ room: '9223372036854775807', from }]);
  });

  it('meets nobody in room 0, whatever the host', () => {
    expect(meetingsOf(bodyOf('0', '"2.2.2.2"', 'null'), 1, false)).to.deep.equal([null]);
  });

  it('gives each of a batch its own room', () => {
    expect(meetingsOf(bodyOf('[5, 9223372036854775806]', '["h","g"]', '[9000,1]'), 2, true)).to.deep.equal([
      { room: '5', from },
      { room: '9223372036854775806', from: { host: 'g', port: 1 } },
    ]);
  });

  const refused: [string, RawObject, boolean, RegExp][] = [
    ['no room', RawObject.parse('{"bootstrap_host":"h","bootstrap_port":1}'), false, /bootstrap_room/],
    ['a room that is null', bodyOf('null'), false, /bootstrap_room/],
    ['a room of 2^63', bodyOf('9223372036854775808'), false, /2\^63/],
    ['a negative room', bodyOf('-1'), false, /bootstrap_room/],
    ['a room as text', bodyOf('"5"'), false, /bootstrap_room/],
    ['no host', bodyOf('5', 'null'), false, /bootstrap_host/],
    ['no port', bodyOf('5', '"h"', 'null'), false, /bootstrap_port/],
    ['a port beyond all', bodyOf('5', '"h"', '65536'), false, /bootstrap_port/],
    ['one room for a batch', bodyOf('5', '["h","h"]', '[1,1]'), true, /bootstrap_room/],
    ['fewer rooms than prompts', bodyOf('[5]', '["h","h"]', '[1,1]'), true, /2 entries/],
    ['one host for a batch', bodyOf('[5,6]'), true, /bootstrap_host/],
    ['the same room twice', bodyOf('[5,5]', '["h","h"]', '[1,1]'), true, /differ/],
  ];
  for (const [name, body, batch, message] of refused) {
    it(`refuses ${name}`, () =>
      expect(() => meetingsOf(body, batch ? 2 : 1, batch))
        .to.throw(HttpError, message)
        .with.property('status', 400));
  }
});
