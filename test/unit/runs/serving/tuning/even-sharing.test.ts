import { expect } from 'chai';
import { evenRouting } from '../../../../../src/runs/serving/tuning/even-sharing.ts';
import type { RoutingQuestion } from '../../../../../src/routing/policy.ts';
import { TunedWorld } from '../../../../fixtures/tuned-world.ts';

const question = (prefill: readonly number[], decode: readonly number[]): RoutingQuestion =>
  ({
    prefill: prefill.map((n, i) => ({ id: `p${i}`, load: { phase: 'prefill', waiting: Array.from({ length: n }), waitingTokens: n } })),
    decode: decode.map((n, i) => ({ id: `d${i}`, load: { phase: 'decode', batch: n, incoming: 0, kvTokens: n } })),
  }) as unknown as RoutingQuestion;

describe('even sharing', () => {
  it('equals get the same work, in every pair', () => {
    const routing = evenRouting();
    const seen = new Map<string, number>();
    for (let i = 0; i < 60; i++) {
      const { prefill, decode } = routing.choose(question([0, 0, 0], [0, 0])) as { prefill: string; decode: string };
      seen.set(`${prefill} ${decode}`, (seen.get(`${prefill} ${decode}`) ?? 0) + 1);
    }
    expect(seen.size).to.equal(6);
    expect([...seen.values()]).to.deep.equal([10, 10, 10, 10, 10, 10]);
  });

  it('whoever has less comes first, whoever’s turn it is', () => {
    const routing = evenRouting();
    for (let i = 0; i < 5; i++) expect(routing.choose(question([2, 1], [0, 3]))).to.include({ prefill: 'p1', decode: 'd0' });
  });

  it('is in force only while governed are compared; then the gateway’s own policy is back, the very same', async () => {
    const world = await new TunedWorld().start();
    const { fleet } = world.plane.control;
    const own = fleet.routing.id;
    world.tuning.act({ action: 'start', pace: 'quick', sloTarget: 0.9 });
    await world.serve(1);
    expect(fleet.routing.id).to.equal(own);
    await world.until('a canary', () => world.tuning.view().stage === 'canary');
    expect(fleet.routing.id).to.equal('even');
    world.tuning.act({ action: 'kill' });
    expect(fleet.routing.id).to.equal(own);
    await world.stop();
  });
});
