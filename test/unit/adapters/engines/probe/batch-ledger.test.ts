import { expect } from 'chai';
import { BatchLedger, outputTokens } from '../../../../../src/adapters/engines/probe/batch-ledger.ts';
import { profilingBench } from '../../../../fixtures/world/profiling-bench.ts';

const never = new AbortController().signal;

describe('a batch whose requests are replaced as they end', () => {
  it('has outputs that end one by one, from the first round on', () => {
    const first = Array.from({ length: 64 }, (_, slot) => outputTokens(slot, 64, true));
    expect(new Set(first)).to.have.length(64);
    const ends = first.flatMap((tokens, slot) => [tokens, tokens + outputTokens(slot, 64, false)]);
    expect(new Set(ends)).to.have.length(128);
  });

  it('counts tokens by place, over all requests that held it', () => {
    const ledger = new BatchLedger(2, 100);
    const probe = ledger.probe(async () => undefined);
    ledger.tokens(0, 3);
    ledger.tokens(1, 1);
    ledger.replaced(0);
    expect(probe.steady()).to.equal(false);
    ledger.tokens(0, 2);
    expect(probe.progress()).to.deep.equal([5, 1]);
    expect(probe.tokens()).to.equal(6);
    expect(probe.contextTokens()).to.equal(101.5);
    expect(probe.steady()).to.equal(true);
  });

  it('wakes whoever waits for a token at the next one, and when none can come', async () => {
    const ledger = new BatchLedger(1, 1);
    const probe = ledger.probe(async () => undefined);
    let woken = 0;
    const wait = (): Promise<void> => probe.nextToken().then(() => void woken++);
    const first = wait();
    ledger.tokens(0, 0);
    await Promise.resolve();
    expect(woken).to.equal(0);
    ledger.tokens(0, 1);
    await first;
    const second = wait();
    ledger.fail(new Error('gone'));
    await second;
    await wait();
    expect(woken).to.equal(3);
    expect(probe.failure()).to.have.property('message', 'gone');
    expect(probe.steady()).to.equal(false);
  });

  it('says nothing of failures and tokens that come after it was closed', () => {
    const ledger = new BatchLedger(1, 1);
    const probe = ledger.probe(async () => undefined);
    ledger.tokens(0, 1);
    ledger.close();
    ledger.tokens(0, 1);
    ledger.fail(new Error('late'));
    expect([probe.tokens(), probe.failure(), probe.steady()]).to.deep.equal([1, null, false]);
  });

  it('stays whole on an engine through several rounds of requests, and its context stays within a round', async () => {
    const { time, cluster } = profilingBench(['d0']);
    const instance = cluster.instances[0]!;
    const probe = await time.finish(cluster.probe.decode(instance, 8, 100, never));
    for (let s = 0; s < 90; s++) {
      await time.finish(time.sleep(1000));
      const { running, waiting } = cluster.node('d0').machine.load();
      expect(running + waiting).to.equal(8);
      expect(probe.contextTokens()).to.be.within(100, 100 + 2049);
    }
    const progress = probe.progress();
    expect(Math.min(...progress)).to.be.above(2 * 2048);
    expect(Math.max(...progress) - Math.min(...progress)).to.be.below(10);
    await time.finish(probe.stop());
    expect(cluster.node('d0').machine.load().running).to.equal(0);
  });
});
