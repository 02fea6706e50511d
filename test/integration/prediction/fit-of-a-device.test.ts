import { expect } from 'chai';
import type { Role } from '../../../src/domain/instance.ts';
import type { FittedCards, ProfileDocument, ProfilePoint } from '../../../src/domain/profile.ts';
import { createEmulatedInstance, emulatedDevice } from '../../../src/emulation/instance.ts';
import type { EmulatedInstance, EmulatedInstanceSpec } from '../../../src/emulation/types.ts';
import { estimateIteration } from '../../../src/prediction/analytic/estimate.ts';
import { decodeWork, prefillWork } from '../../../src/prediction/analytic/work.ts';
import { fittedPredictor } from '../../../src/prediction/fitted-predictor.ts';
import { fitProfile } from '../../../src/prediction/fit/fit-profile.ts';
import type { IterationLoad, Predictor } from '../../../src/prediction/predictor.ts';
import { shortPlan } from '../../../src/runs/profiling/plan.ts';
import { CLOCKS_MHZ, specOf } from '../../fixtures/devices.ts';
import { ofKind } from '../../fixtures/emulation.ts';
import { profile } from '../../fixtures/documents.ts';
import { CARDS } from '../../fixtures/fitting.ts';

/** The clocks and loads of the demo's own short profile. */
const PLAN = shortPlan(CLOCKS_MHZ.filter((mhz) => mhz >= 390));
const SKIPPED_TOKENS = 3;
const MEASURED_TOKENS = 23;

/** An instance under measurement: only what anybody can see of it, on its own time. */
interface Bench {
  readonly machine: EmulatedInstance;
  readonly spec: EmulatedInstanceSpec;
  nowMs: number;
}

const settleAt = (bench: Bench, clockMhz: number): void => {
  bench.machine.lockClock(clockMhz, bench.nowMs);
  bench.nowMs += 100;
  bench.machine.advance(bench.nowMs);
};

const pointOf = (
  { spec, machine, nowMs }: Bench,
  clockMhz: number,
  shape: Pick<ProfilePoint, 'batch' | 'contextTokens' | 'promptTokens'>,
  latencyMs: number,
  energyJ: number,
): ProfilePoint => ({
  instance: spec.id,
  phase: spec.role,
  clockMhz: machine.reading(nowMs).appliedMhz,
  requestedClockMhz: clockMhz,
  ...shape,
  latencyMs,
  energyJ,
  powerW: (energyJ / latencyMs) * 1000,
  integratedEnergyJ: null,
  latencyCi95Pct: null,
  appliedClocks: [],
  control: false,
  samples: 1,
  valid: true,
  capped: false,
  reasons: [],
});

const measurePrefill = (bench: Bench, clockMhz: number, promptTokens: number): ProfilePoint => {
  const startMs = bench.nowMs;
  const startJ = bench.machine.reading(startMs).energyJ;
  bench.machine.submit({ id: 'a', room: 0, promptTokens, maxTokens: 1 }, startMs);
  bench.nowMs = bench.machine.nextEventMs();
  const latencyMs = bench.nowMs - startMs;
  return pointOf(bench, clockMhz, { batch: 1, promptTokens }, latencyMs, bench.machine.reading(bench.nowMs).energyJ - startJ);
};

const measureDecode = (bench: Bench, clockMhz: number, batch: number, promptTokens: number): ProfilePoint => {
  const ids = Array.from({ length: batch }, (_, i) => `r${i}`);
  for (const id of ids) bench.machine.submit({ id, room: 0, promptTokens, maxTokens: 1000 }, bench.nowMs);
  const marks: { readonly atMs: number; readonly energyJ: number }[] = [];
  for (let tokens = 0; tokens < MEASURED_TOKENS;) {
    bench.nowMs = bench.machine.nextEventMs();
    if (ofKind(bench.machine.advance(bench.nowMs), 'token').every(({ id }) => id !== 'r0')) continue;
    tokens++;
    marks.push({ atMs: bench.nowMs, energyJ: bench.machine.reading(bench.nowMs).energyJ });
  }
  for (const id of ids) bench.machine.cancel(id, bench.nowMs);
  const [from, to] = [marks[SKIPPED_TOKENS]!, marks.at(-1)!];
  const iterations = MEASURED_TOKENS - 1 - SKIPPED_TOKENS;
  const contextTokens = promptTokens + (SKIPPED_TOKENS + MEASURED_TOKENS) / 2;
  return pointOf(bench, clockMhz, { batch, contextTokens }, (to.atMs - from.atMs) / iterations, (to.energyJ - from.energyJ) / iterations);
};

const profileOf = (role: Role, seed: number): Pick<ProfileDocument, 'points' | 'idle'> => {
  const spec = specOf(role, { seed });
  const bench: Bench = { spec, machine: createEmulatedInstance(spec, 0), nowMs: 0 };
  const points: ProfilePoint[] = [];
  const idle: ProfileDocument['idle'][number][] = [];
  for (const clockMhz of PLAN.clocksMhz) {
    settleAt(bench, clockMhz);
    idle.push({ instance: spec.id, clockMhz, powerW: bench.machine.reading(bench.nowMs).powerW });
    if (role === 'prefill') points.push(...PLAN.prefill.promptTokens.map((tokens) => measurePrefill(bench, clockMhz, tokens)));
    else points.push(...PLAN.decode.loads.map(({ batch, contextTokens }) => measureDecode(bench, clockMhz, batch, contextTokens)));
  }
  return { points, idle };
};

const predictorsOf = (seed: number, cards: FittedCards | null): Record<Role, Predictor> => {
  const [prefill, decode] = [profileOf('prefill', seed), profileOf('decode', seed)];
  const fit = fitProfile(
    { points: [...prefill.points, ...decode.points], idle: [...prefill.idle, ...decode.idle], provenance: profile.provenance },
    cards,
  );
  const of = (role: Role): Predictor =>
    fittedPredictor(
      fit.instances.find(({ phase }) => phase === role)!,
      { ...fit, evidence: 'emulated' },
    );
  return { prefill: of('prefill'), decode: of('decode') };
};

/** Loads and clocks inside what was measured, none of them measured. */
const CLOCKS_BETWEEN = [435, 600, 735, 900, 1065, 1245, 1350];
const PROMPTS = [500, 1155, 2500, 5000].map((tokens) => ({ batch: 1, tokens }));
/** A handful of large tiles: a straight line cannot follow the step between two of them. */
const SHORT_PROMPTS = [{ batch: 1, tokens: 300 }];
const BATCHES = (
  [
    [6, 900],
    [12, 1100],
    [20, 1500],
    [32, 800],
    [48, 1400],
    [60, 600],
  ] as const
).map(([batch, each]) => ({ batch, tokens: batch * each }));

interface Errors {
  readonly latency: number[];
  readonly power: number[];
}

const errorsOf = (role: Role, seed: number, predictor: Predictor, loads: readonly IterationLoad[]): Errors => {
  const device = emulatedDevice(specOf(role, { seed }));
  const errors: Errors = { latency: [], power: [] };
  for (const clockMhz of CLOCKS_BETWEEN) {
    for (const load of loads) {
      const work = role === 'decode' ? decodeWork(load.batch, load.tokens) : prefillWork([{ newTokens: load.tokens, pastTokens: 0 }]);
      const truth = estimateIteration(device, work, clockMhz);
      const { latencyMs, powerW, inRange } = predictor.predict(load, clockMhz);
      expect(inRange).to.equal(true);
      errors.latency.push(Math.abs(latencyMs / truth.latencyMs - 1));
      errors.power.push(Math.abs(powerW / truth.powerW - 1));
    }
  }
  return errors;
};

const within = (errors: readonly number[], limit: number, what: string): void => {
  expect(Math.max(...errors), what).to.be.below(limit);
};

describe('a fit of what can be measured of an emulated device, against its hidden truth', () => {
  // The shipped cluster's devices, and some more.
  for (const seed of [101, 102, 103, 104, 1, 2]) {
    it(`is right inside its range by segments alone: decode within 5 % in time, prefill within 15 %, power within 10 % (seed ${seed})`, () => {
      const { prefill, decode } = predictorsOf(seed, null);
      const [batches, prompts, short] = [
        errorsOf('decode', seed, decode, BATCHES),
        errorsOf('prefill', seed, prefill, PROMPTS),
        errorsOf('prefill', seed, prefill, SHORT_PROMPTS),
      ];
      within(batches.latency, 0.05, 'decode latency');
      within(prompts.latency, 0.15, 'prefill latency');
      within(short.latency, 0.2, 'prefill latency of short prompts');
      within([...batches.power, ...prompts.power, ...short.power], 0.1, 'power');
    });

    it(`is right inside its range by physics: all within 2 % (seed ${seed})`, () => {
      const { prefill, decode } = predictorsOf(seed, CARDS);
      const [batches, prompts, short] = [
        errorsOf('decode', seed, decode, BATCHES),
        errorsOf('prefill', seed, prefill, PROMPTS),
        errorsOf('prefill', seed, prefill, SHORT_PROMPTS),
      ];
      const gain = emulatedDevice(specOf('decode', { seed })).personality.sensorGain;
      within([...batches.latency, ...prompts.latency, ...short.latency], 0.02, 'latency');
      within([...batches.power, ...prompts.power, ...short.power], 0.02 + Math.abs(gain - 1), "power, the sensor's gain aside");
    });
  }
});
