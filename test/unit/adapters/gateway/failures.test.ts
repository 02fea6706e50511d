import { expect } from 'chai';
import { complaintOf, refusal } from '../../../../src/adapters/gateway/failures.ts';

describe('gateway: what engines complain about', () => {
  it('finds the message in every engine’s shape', () => {
    const shapes = [
      '{"error":{"message":"full"}}',
      '{"error":"full"}',
      '{"object":"error","message":"full","code":500}',
      '{"detail":"full"}',
      ' full ',
    ];
    for (const body of shapes) expect(refusal('engine d0', 500, body).error.message).to.equal('engine d0 answered 500: full');
  });

  for (const [status, told, retryable, blame] of [
    [400, 400, false, 'ok'],
    [404, 404, false, 'ok'],
    [408, 408, true, null],
    [429, 429, true, null],
    [500, 502, true, 'failed'],
    [503, 502, true, 'failed'],
    [301, 502, true, 'failed'],
  ] as const) {
    it(`${status} is told as ${told}, ${retryable ? 'tried again' : 'not tried again'}, blame: ${blame}`, () => {
      const failure = refusal('engine d0', status, '{"message":"x"}');
      expect([failure.error.status, failure.retryable, failure.blame]).to.deep.equal([told, retryable, blame]);
      expect(JSON.parse(failure.error.text()).error).to.have.all.keys('message', 'type', 'param', 'code');
    });
  }

  it('passes an answer in OpenAI’s shape on as it is, and no other', () => {
    const body = '{"error":{"message":"too long","type":"t","param":"prompt","code":9}}';
    expect(refusal('e', 400, body).error.text()).to.equal(body);
    expect(JSON.parse(refusal('e', 400, '{"message":"too long","huge":1}').error.text()).error.message).to.equal('too long');
    expect(refusal('e', 400, 'x'.repeat(5000)).error.message).to.have.length.below(400);
  });

  it('takes the status that an error event names, as number or text', () => {
    const statusOf = (error: object): number => complaintOf('e', JSON.stringify({ error })).error.status;
    expect([statusOf({ message: 'x', code: 400 }), statusOf({ message: 'x', status: '429' })]).to.deep.equal([400, 429]);
    expect([statusOf({ message: 'x' }), statusOf({ message: 'x', code: 200 }), statusOf({ code: 'x' })]).to.deep.equal([502, 502, 502]);
  });
});
