import { expect } from 'chai';
import { cleanerFor } from '../../../../../src/adapters/load/stream/server-text.ts';

const KEY = 'sk-"8c1f"-0123456789';

describe('cleanerFor', () => {
  it('hides a key and the values of headers, as they are and in a JSON document', () => {
    const clean = cleanerFor(KEY, { 'x-token': 'tenant-77', authorization: 'Basic eDp5eg==', 'x-shard': 'a' });
    expect(clean(`bad key Bearer ${KEY}, or ${KEY}`)).to.equal('bad key ***, or ***');
    expect(clean(JSON.stringify({ error: `no ${KEY} for tenant-77, eDp5eg== is past` }))).to.equal(
      '{"error":"no *** for ***, *** is past"}',
    );
  });

  it('hides the beginning of a key, wherever the text was cut off', () => {
    const clean = cleanerFor(KEY, {});
    const whole = `who is ${KEY}`;
    for (let end = 0; end <= whole.length; end += 1) expect(clean(whole.slice(0, end)), String(end)).not.to.include(KEY.slice(0, 4));
    expect(cleanerFor(KEY, {})('x'.repeat(1990) + KEY)).to.equal(`${'x'.repeat(1990)}***`);
  });

  it('leaves nothing that a terminal obeys, and no more than a page', () => {
    const clean = cleanerFor(null, {});
    expect(clean('boom \u001b[31mRED\u0007\r\nfake \u202eabc\u2066d\n')).to.equal('boom  [31mRED fake  abc d');
    expect(clean('y'.repeat(1e6))).to.have.length(2000);
  });
});
