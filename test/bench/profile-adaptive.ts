import { median } from 'simple-statistics';
import type { Role } from '../../src/domain/instance.ts';
import { createRandom } from '../../src/statistics/random.ts';
import {
  anywhere,
  errorPct,
  furthestApartPct,
  live,
  MANY_OUTLIERS,
  meanOf,
  WITHOUT_OUTLIERS,
  type Experiment,
  type Lived,
} from '../fixtures/adaptation/experiment.ts';
import { AS_FITTED, deviceWith, personalityOf, profiled } from '../fixtures/adaptation/profiled.ts';
import type { Truth } from '../fixtures/adaptation/traffic.ts';
import type { Figure, figureMaker } from './figures.ts';

const CHANGE_AT_MS = 30_000;
const STEADY_MS = 90_000;
const HOUR_MS = 3_600_000;
/** After a change, the error of the iterations behind so many is judged. */
const LEARNT_AFTER = 200;
const JUDGED = 100;

const steady = (truth: Truth) => (): Truth => truth;
const stepAt = (before: Truth, after: Truth) => (atMs: number) => (atMs < CHANGE_AT_MS ? before : after);
const afterChange = (lived: readonly Lived[]): readonly Lived[] => lived.slice(lived.findIndex(({ atMs }) => atMs >= CHANGE_AT_MS));

interface Raised {
  readonly live: number;
  readonly anywhere: number;
}

/** Points by which adaptation raised the error of a device that never changed. */
function raisedBy(role: Role, seed: number, spread: number): Raised {
  const personality = personalityOf(seed);
  const [base, truth] = [profiled(personality, role, seed, spread), { device: deviceWith(personality), slowdown: 1 }];
  const { adaptive, lived } = live({ role, seed, base, truthAt: steady(truth), untilMs: STEADY_MS });
  const points = anywhere(role, seed);
  return {
    live: meanOf(lived, 'adaptedPct') - meanOf(lived, 'fixedPct'),
    anywhere: errorPct(adaptive, role, truth, points) - errorPct(base, role, truth, points),
  };
}

interface Stepped {
  readonly live: number;
  readonly anywhere: number;
}

/** Error behind the 200th iteration after everything became 8 % slower or faster: of live iterations, and of any. */
function afterStep(role: Role, seed: number): Stepped {
  const personality = personalityOf(seed);
  const [before, after] = [1, seed % 2 === 0 ? 1.08 : 1 / 1.08].map((slowdown) => ({ device: deviceWith(personality), slowdown }));
  const base = profiled(personality, role, seed);
  const options = { role, seed, base, truthAt: stepAt(before!, after!) };
  const changed = afterChange(live({ ...options, untilMs: 2 * CHANGE_AT_MS + 30_000 }).lived);
  const untilMs = changed[LEARNT_AFTER - 1]!.atMs;
  const { adaptive } = live({ ...options, untilMs });
  return {
    live: meanOf(changed.slice(LEARNT_AFTER, LEARNT_AFTER + JUDGED), 'adaptedPct'),
    anywhere: errorPct(adaptive, role, after!, anywhere(role, seed)),
  };
}

interface Shifted {
  readonly fixed: number;
  readonly adapted: number;
  readonly visited: number;
}

/** An engine pads batches to multiples of these; a multiple that came up so often counts as visited. */
const CAPTURED_ROWS = 8;
const VISITS = 20;

/** Tiles of 128 rows become 112 or 144: errors from 40 to 60 s later, and at all batches that came up since. */
function afterShift(seed: number): Shifted {
  const personality = { ...personalityOf(seed), tile: 1 };
  const shifted = { ...personality, tile: seed % 2 === 0 ? 112 / 128 : 144 / 128 };
  const [before, after] = [personality, shifted].map((one) => ({ device: deviceWith(one), slowdown: 1 }));
  const base = profiled(personality, 'decode', seed);
  const untilMs = CHANGE_AT_MS + 60_000;
  const { adaptive, lived } = live({ role: 'decode', seed, base, truthAt: stepAt(before!, after!), untilMs });
  const visits = new Map<number, number>();
  for (const { load } of afterChange(lived)) {
    const rows = CAPTURED_ROWS * Math.ceil(load.batch / CAPTURED_ROWS);
    visits.set(rows, (visits.get(rows) ?? 0) + 1);
  }
  const seen = [...visits].filter(([, count]) => count >= VISITS).map(([rows]) => rows);
  const points = seen.flatMap((batch) => [810, 1110, 1410].map((clockMhz) => ({ load: { batch, tokens: batch * 1000 }, clockMhz })));
  const late = lived.filter(({ atMs }) => atMs >= untilMs - 20_000);
  return {
    fixed: meanOf(late, 'fixedPct'),
    adapted: meanOf(late, 'adaptedPct'),
    visited: errorPct(adaptive, 'decode', after!, points),
  };
}

/** Largest move of a prediction by 10 % outliers of 5x, and how much error they add. */
function underOutliers(seed: number): { readonly moved: number; readonly raised: number } {
  const personality = personalityOf(seed);
  const truth = { device: deviceWith(personality), slowdown: 1 };
  const options = {
    role: 'decode' as const,
    seed,
    base: profiled(personality, 'decode', seed),
    truthAt: steady(truth),
    untilMs: STEADY_MS,
  };
  const [clean, dirty] = [WITHOUT_OUTLIERS, MANY_OUTLIERS].map((disturbance) => live({ ...options, disturbance }));
  return {
    moved: furthestApartPct(dirty!.adaptive, clean!.adaptive, anywhere('decode', seed)),
    raised: meanOf(dirty!.lived, 'adaptedPct') - meanOf(dirty!.lived, 'fixedPct'),
  };
}

/** An instance that is 1 % slower every minute, for ten: errors of the last nine. */
function underDrift(seed: number): Pick<Experiment, 'lived'> {
  const personality = personalityOf(seed);
  const device = deviceWith(personality);
  const truthAt = (atMs: number): Truth => ({ device, slowdown: 1 + atMs / 6_000_000 });
  const { lived } = live({ role: 'decode', seed, base: profiled(personality, 'decode', seed), truthAt, untilMs: 600_000 });
  return { lived: lived.filter(({ atMs }) => atMs >= 60_000) };
}

/** Largest change of any prediction by an hour without work and the iteration that ends it. */
function afterIdle(seed: number): number {
  const personality = personalityOf(seed);
  const truth = { device: deviceWith(personality), slowdown: 1.05 };
  const base = profiled(personality, 'decode', seed);
  const { adaptive, lived } = live({ role: 'decode', seed, base, truthAt: steady(truth), untilMs: CHANGE_AT_MS });
  const points = anywhere('decode', seed);
  const before = points.map(({ load, clockMhz }) => adaptive.predict(load, clockMhz).latencyMs);
  const { load, atMs } = lived.at(-1)!;
  const { latencyMs } = adaptive.predict(load, 1110);
  const noisyMs = latencyMs * (0.98 + 0.04 * createRandom(seed).next());
  adaptive.observe({ load, clockMhz: 1110, latencyMs: noisyMs, atMs: atMs + HOUR_MS });
  return Math.max(...points.map(({ load: at, clockMhz }, i) => 100 * Math.abs(adaptive.predict(at, clockMhz).latencyMs / before[i]! - 1)));
}

const ROLES: readonly Role[] = ['decode', 'prefill'];

/** Online adaptation over emulated device personalities, with emulated schedulers as traffic: what step 4 promises of it. */
export function adaptiveFigures(figure: ReturnType<typeof figureMaker>, devices = 20): Figure[] {
  const seeds = Array.from({ length: devices }, (_, i) => i + 1);
  const every = <T>(of: (role: Role, seed: number) => T): T[] => ROLES.flatMap((role) => seeds.map((seed) => of(role, seed)));
  const raised = [AS_FITTED, 0].flatMap((spread) => every((role, seed) => raisedBy(role, seed, spread)));
  const steps = every(afterStep);
  const shifts = seeds.map(afterShift);
  const outliers = seeds.map(underOutliers);
  const drifts = seeds.slice(0, Math.ceil(devices / 4)).map(underDrift);
  const worst = <T>(all: readonly T[], of: (one: T) => number): number => Math.max(...all.map(of));
  const middle = <T>(all: readonly T[], of: (one: T) => number): number => median(all.map(of));
  const percent = (name: string, value: number, limit: string, n: number): Figure => figure(`adaptive_${name}`, value, '%', limit, n);
  const points = (name: string, value: number, limit: string, n: number): Figure => figure(`adaptive_${name}`, value, 'points', limit, n);
  return [
    percent(
      'step_of_8_after_200_iterations_median',
      middle(steps, ({ live: error }) => error),
      '<= 3',
      steps.length,
    ),
    percent(
      'step_of_8_after_200_iterations_worst',
      worst(steps, ({ live: error }) => error),
      '<= 3',
      steps.length,
    ),
    percent(
      'step_of_8_at_any_load_median',
      middle(steps, ({ anywhere: error }) => error),
      '<= 3',
      steps.length,
    ),
    percent(
      'shifted_steps_unadapted_median',
      middle(shifts, ({ fixed }) => fixed),
      'none',
      shifts.length,
    ),
    percent(
      'shifted_steps_within_60_s_median',
      middle(shifts, ({ adapted }) => adapted),
      '<= 3',
      shifts.length,
    ),
    percent(
      'shifted_steps_within_60_s_worst',
      worst(shifts, ({ adapted }) => adapted),
      '<= 3',
      shifts.length,
    ),
    percent(
      'shifted_steps_visited_batches_worst',
      worst(shifts, ({ visited }) => visited),
      '<= 3',
      shifts.length,
    ),
    points(
      'raised_without_change_live_worst',
      worst(raised, ({ live: error }) => error),
      '<= 0.2',
      raised.length,
    ),
    points(
      'raised_without_change_at_any_load_worst',
      worst(raised, ({ anywhere: error }) => error),
      '<= 0.2',
      raised.length,
    ),
    percent(
      'moved_by_10_pct_outliers_median',
      middle(outliers, ({ moved }) => moved),
      '<= 2',
      outliers.length,
    ),
    percent(
      'moved_by_10_pct_outliers_worst',
      worst(outliers, ({ moved }) => moved),
      'none',
      outliers.length,
    ),
    points(
      'raised_by_10_pct_outliers_worst',
      worst(outliers, ({ raised: error }) => error),
      '<= 0.2',
      outliers.length,
    ),
    percent('moved_by_an_idle_hour_worst', worst(seeds, afterIdle), '<= 0.5', seeds.length),
    percent(
      'drift_of_1_a_minute_unadapted_worst',
      worst(drifts, ({ lived }) => meanOf(lived, 'fixedPct')),
      'none',
      drifts.length,
    ),
    percent(
      'drift_of_1_a_minute_worst',
      worst(drifts, ({ lived }) => meanOf(lived, 'adaptedPct')),
      '<= 1',
      drifts.length,
    ),
  ];
}
