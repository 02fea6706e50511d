import { expect } from 'chai';
import fc from 'fast-check';
import { FleetControl } from '../../../src/control/fleet-control.ts';
import { RESIZE_TUNABLES } from '../../../src/control/resize/plan.ts';
import { ROLES, type Role } from '../../../src/domain/instance.ts';
import type { WorkloadRequest } from '../../../src/domain/request.ts';
import { clockTable, emulatedDevice } from '../../../src/emulation/device.ts';
import { createGovernor } from '../../../src/governing/registry.ts';
import { analyticPredictor } from '../../../src/prediction/analytic-predictor.ts';
import { createRouting } from '../../../src/routing/registry.ts';
import { halfOf } from '../../../src/simulation/gpu-set.ts';
import { GPU, PACE, specsOf } from '../../fixtures/world/carded.ts';
import { collectRun, type CollectedRun } from '../../fixtures/world/collected-run.ts';

const SPECS = specsOf(2, 4);
const QUICK = { ...RESIZE_TUNABLES, calmMs: 8000, coldStartMs: 5000, reloadMs: 5000, horizonMs: 60_000 };

/** Every GPU may become anything, as `simulate --resize flip,aggregate` has it. */
function controlOf(rest: 'park' | 'release' | null): FleetControl {
  const device = emulatedDevice(SPECS[0]!);
  const predictors = { prefill: analyticPredictor(device, 'prefill', 690), decode: analyticPredictor(device, 'decode', 690) };
  const half = (id: string, role: Role) => ({ id: halfOf(id, role), role, domain: id, predictor: predictors[role] });
  return new FleetControl({
    instances: SPECS.flatMap(({ id }) =>
      ROLES.map((role) => ({ ...half(id, role), gpuCount: 1, supportedMhz: clockTable(GPU), startMhz: GPU.clock.maxMhz })),
    ),
    slo: { ttftMs: 800, itlMs: 50 },
    governor: createGovernor('slo'),
    routing: createRouting('least-requests'),
    minClockMhz: 690,
    maxTransitionsPerS: 2,
    dwellMs: 400,
    resize: {
      rest,
      tunables: QUICK,
      reshape: { roles: new Map(SPECS.map(({ id, role }) => [id, role])), flips: true, aggregates: rest !== null },
    },
  });
}

interface Stretch {
  readonly gapMs: number;
  readonly promptTokens: number;
  readonly maxTokens: number;
}

/** Stretches of 40 s each. */
function scheduleOf(stretches: readonly Stretch[]): WorkloadRequest[] {
  return stretches.flatMap(({ gapMs, promptTokens, maxTokens }, part) =>
    Array.from({ length: Math.floor(40_000 / gapMs) }, (_, i) => ({
      id: `${part}-${i}`,
      arrivalMs: 40_000 * part + i * gapMs,
      promptTokens,
      maxTokens,
    })),
  );
}

const run = (schedule: readonly WorkloadRequest[], rest: 'park' | 'release' | null): CollectedRun =>
  collectRun({ specs: SPECS, flexible: true, schedule, control: controlOf(rest), ...PACE });

const PROMPTS: Stretch = { gapMs: 75, promptTokens: 3000, maxTokens: 20 };
const ANSWERS: Stretch = { gapMs: 200, promptTokens: 200, maxTokens: 200 };
const CALM: Stretch = { gapMs: 2000, promptTokens: 300, maxTokens: 40 };

/** Readings of one time in all of a meter's tracks. */
function endJ({ samples }: CollectedRun, id: string): number {
  return ROLES.reduce((sum, role) => sum + (samples.findLast(({ instance }) => instance === halfOf(id, role))?.energyJ ?? 0), 0);
}

describe('a simulated cluster whose GPUs change their role', function () {
  this.timeout(60_000);

  it('turns decode sets into prefill sets where prompts would wait for ever, and ends every request', () => {
    const { flipping, flipped, outcomes } = run(scheduleOf([PROMPTS, PROMPTS, PROMPTS]), null);
    expect(flipping.flips).to.be.above(0);
    expect(flipping.instanceS).to.be.closeTo(flipping.flips * 5, 1e-6);
    expect(flipped.instanceS).to.be.above(flipping.instanceS);
    expect(new Set(outcomes.map(({ status }) => status))).to.deep.equal(new Set(['completed']));
    const firstMs = (from: number): number[] =>
      outcomes.filter(({ intendedMs }) => intendedMs >= from).map(({ firstTokenMs, intendedMs }) => firstTokenMs! - intendedMs);
    expect(Math.max(...firstMs(110_000))).to.be.below(Math.max(...firstMs(0)));
  });

  it('never flaps under a steady load that fits, and leaves such a run as it was', () => {
    const steady = scheduleOf([ANSWERS, ANSWERS, ANSWERS, ANSWERS]);
    expect(run(steady, null).flipping.flips).to.equal(0);
    const { flipping } = run(scheduleOf([PROMPTS, PROMPTS, PROMPTS, PROMPTS]), null);
    expect(flipping.flips, 'each set once at the most').to.be.at.most(SPECS.length - 1);
  });

  it('serves a calm time on fewer sets that do both phases, and loses nobody on the way', () => {
    const { flipping, outcomes, released } = run(scheduleOf([CALM, CALM, CALM, ANSWERS, CALM]), 'release');
    expect(flipping.flips).to.be.above(0);
    expect(released.instanceS).to.be.above(60);
    expect(outcomes.filter(({ status }) => status !== 'completed')).to.deep.equal([]);
  });

  it('whatever comes: requests, tokens and joules are kept, and the same again is the same', () => {
    const stretch = fc.constantFrom(PROMPTS, ANSWERS, CALM);
    const rests = fc.constantFrom('park' as const, 'release' as const, null);
    fc.assert(
      fc.property(fc.array(stretch, { minLength: 1, maxLength: 4 }), rests, (stretches, rest) => {
        const schedule = scheduleOf(stretches);
        const once = run(schedule, rest);
        expect(once.outcomes).to.have.length(schedule.length);
        for (const [i, { status, outputTokens }] of once.outcomes.entries()) {
          expect(status).to.equal('completed');
          expect(outputTokens).to.equal(schedule[i]!.maxTokens);
        }
        expect(once.tokens).to.equal(schedule.reduce((sum, { maxTokens }) => sum + maxTokens, 0));
        // What the two phases of a set were charged is what its one meter would have shown: power over time, whoever drew it.
        for (const { id } of SPECS) {
          const meanW = endJ(once, id) / (once.endMs / 1000);
          expect(meanW).to.be.within(GPU.power.bareIdleW!, GPU.power.limitW);
        }
        for (const role of ROLES)
          for (const { id } of SPECS) {
            const track = once.samples.filter(({ instance }) => instance === halfOf(id, role)).map(({ energyJ }) => energyJ);
            expect(track.every((energyJ, i) => i === 0 || energyJ >= track[i - 1]!)).to.equal(true);
          }
        const { parked, released, flipping, flipped, endMs } = run(schedule, rest);
        expect({ parked, released, flipping, flipped, endMs }).to.deep.equal({
          parked: once.parked,
          released: once.released,
          flipping: once.flipping,
          flipped: once.flipped,
          endMs: once.endMs,
        });
      }),
      { numRuns: 6 },
    );
  });
});
