import { expect } from 'chai';
import { LastLines } from '../../../../../src/adapters/launch/local/last-lines.ts';
import { readyFrom } from '../../../../../src/adapters/launch/local/ready-line.ts';
import { VoltanaError } from '../../../../../src/domain/errors.ts';

describe('ready line', () => {
  it('is handed over when it says ready', () => {
    expect(readyFrom('p0', '{"ready":true,"url":"http://x"}')).to.include({ url: 'http://x' });
  });

  it('becomes the error that the child names, hint included', () => {
    const line = '{"ready":false,"code":"PORT_TAKEN","message":"port 1 is taken","hint":"take another"}';
    expect(() => readyFrom('p0', line))
      .to.throw(VoltanaError, 'p0: port 1 is taken')
      .that.includes({ code: 'PORT_TAKEN', hint: 'take another', exitCode: 3 });
  });

  for (const line of ['hello', 'null', '[]', '{"ready":"yes"}', '{"ready":false,"code":"constructor","message":"m"}']) {
    it(`takes ${line} for a failure`, () =>
      expect(() => readyFrom('p0', line))
        .to.throw(VoltanaError)
        .with.property('code', 'PROCESS_FAILED'));
  }

  it('last lines keep the last', () => {
    const lines = new LastLines(2);
    for (const line of ['a', 'b', 'c']) lines.push(line);
    expect(lines.text()).to.equal('b\nc');
  });
});
