import { expect } from 'chai';
import fc from 'fast-check';
import { atLeast } from '../../../src/control/resolve.ts';
import { fixedPoints, planned, profilingBench } from '../../fixtures/world/profiling-bench.ts';
import { clocksMhz } from '../../fixtures/world/shipped.ts';
import type { Operation } from '../../fixtures/world/virtual-cluster.ts';

const clock = fc.integer({ min: clocksMhz[0]!, max: clocksMhz.at(-1)! }).map((mhz) => atLeast(clocksMhz, mhz));
const points = fc.array(fc.record({ clockMhz: clock, batch: fc.constantFrom(1, 3, 16), tokens: fc.constantFrom(64, 700) }), {
  minLength: 1,
  maxLength: 4,
});
const fault = fc.record({
  kind: fc.constantFrom('none', 'abort', 'hang', 'die', 'lock', 'meter', 'read', 'renew'),
  atMs: fc.integer({ min: 0, max: 4000 }),
});

describe('a profile, whatever happens to it', () => {
  it('locks only the clocks planned, gives every clock and lease back, and leaves no request and no timer', async () => {
    await fc.assert(
      fc.asyncProperty(points, fault, fc.constantFrom('p0', 'd0'), async (wanted, { kind, atMs }, id) => {
        const bench = profilingBench([id]);
        const { cluster, time, abort } = bench;
        const forget = time.at(atMs, () => {
          if (kind === 'abort') abort.abort(new Error('enough'));
          else if (kind === 'hang') cluster.hang(id);
          else if (kind === 'die') cluster.die(id);
          else if (kind !== 'none') cluster.refuse = (operation: Operation) => (operation === kind ? new Error(`${kind} fails`) : null);
        });
        const plan = wanted.map(({ clockMhz, batch, tokens }) => planned(clockMhz, id === 'd0' ? batch : 1, tokens));
        const outcome = await bench
          .run(fixedPoints(plan, { idleClocksMhz: [plan[0]!.clockMhz], budgetGpuS: 30 }, { minMs: 300 }))
          .then(({ points: measured }) => measured)
          .catch((error: unknown) => error as Error);
        forget();
        if (kind === 'none') expect(outcome).to.have.length(plan.length);
        const allowed = plan.map(({ clockMhz }) => `lock ${id} ${clockMhz}`);
        for (const call of cluster.callsOf('lock')) expect(allowed).to.include(call);
        expect(cluster.callsOf('release')).to.have.length(1);
        expect(bench.given()).to.deep.equal([id]);
        cluster.close();
        expect(time.armed).to.equal(0);
      }),
      { numRuns: 60 },
    );
  });
});
