import { expect } from 'chai';
import { createEmulatedProbe } from '../../../../../src/adapters/engines/emulated/probe.ts';
import { realTime } from '../../../../../src/adapters/host/real-time.ts';
import { eventually, requestsOn, startNode, type Node } from '../../../../fixtures/engines/emulated-node.ts';

describe('emulated engine probe', () => {
  const probe = createEmulatedProbe(realTime());
  const never = new AbortController().signal;
  let prefill: Node;
  let decode: Node;
  before(async () => {
    [prefill, decode] = await Promise.all([startNode('prefill'), startNode('decode')]);
  });
  after(() => Promise.all([probe.close(), prefill.close(), decode.close()]));

  it('measures one prefill: longer prompts take longer', async () => {
    await probe.prefill(prefill.instance, 16, never);
    const short = await probe.prefill(prefill.instance, 16, never);
    const long = await probe.prefill(prefill.instance, 8000, never);
    expect(long.latencyMs).to.be.above(short.latencyMs * 3);
  });

  it('keeps a decode batch of constant size until it is stopped', async () => {
    const running = await probe.decode(decode.instance, 16, 100, never);
    expect(running.steady()).to.equal(true);
    const before = running.tokens();
    await eventually('tokens flow', () => running.tokens() > before + 64);
    expect(await requestsOn(decode.instance)).to.equal(16);
    await running.stop();
    expect(running.steady()).to.equal(false);
    await eventually('nothing is left', async () => (await requestsOn(decode.instance)) === 0);
  });

  it('reports a refusal, and leaves nothing running', async () => {
    const error = await probe.decode(decode.instance, 2, 1_000_000, never).catch((reason: unknown) => reason);
    expect(error).to.have.property('code', 'ENGINE_FAILED');
    expect(await requestsOn(decode.instance)).to.equal(0);
  });

  it('ends with the signal', async () => {
    const reason = new Error('enough');
    const error = await probe.prefill(prefill.instance, 16, AbortSignal.abort(reason)).catch((thrown: unknown) => thrown);
    expect(error).to.equal(reason);
  });
});
