import { expect } from 'chai';
import { reportOf, reportOfEvent } from '../../../../src/adapters/gateway/payload.ts';

describe('gateway: payload report', () => {
  it('reads usage', () => {
    expect(reportOfEvent('{"choices":[],"usage":{"prompt_tokens":12,"completion_tokens":3}}')).to.deep.equal({
      error: null,
      promptTokens: 12,
      completionTokens: 3,
    });
  });

  it('reads an error as object or text', () => {
    expect(reportOfEvent('{"error":{"message":"out of memory"}}').error).to.equal('out of memory');
    expect(reportOfEvent('{"error":"boom"}').error).to.equal('boom');
    expect(reportOfEvent('{"error":{"code":5}}').error).to.equal('{"code":5}');
  });

  it('is not fooled by generated text, nulls or nonsense', () => {
    const nothing = { error: null, promptTokens: null, completionTokens: null };
    expect(reportOfEvent(JSON.stringify({ choices: [{ text: '{"error":{"message":"x"},"usage":1}' }] }))).to.deep.equal(nothing);
    expect(reportOfEvent('{"error":null,"usage":null}')).to.deep.equal(nothing);
    expect(reportOf('null')).to.deep.equal(nothing);
    expect(reportOf('<html>')).to.deep.equal(nothing);
    expect(reportOf('{"usage":{"prompt_tokens":"12","completion_tokens":-1}}')).to.deep.equal(nothing);
  });
});
