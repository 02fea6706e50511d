import type { FittedDocument } from '../../../src/domain/profile.ts';
import { ROLES, type Role } from '../../../src/domain/instance.ts';
import { fitProfile, type Fit } from '../../../src/prediction/fit/fit-profile.ts';
import { fittedPredictor } from '../../../src/prediction/fitted-predictor.ts';
import type { IterationLoad } from '../../../src/prediction/predictor.ts';
import { mean } from 'simple-statistics';
import { cards, disturbed, questionsOf, truthOf, type BenchDevice, type Question } from './device.ts';
import { measured, type Measured } from './measured.ts';
import { REFERENCE_LOWEST_MHZ, referenceModel, referenceProfile } from './reference-grid.ts';

type Answer = (load: IterationLoad, clockMhz: number) => { readonly latencyMs: number; readonly powerW: number };
type Answers = Readonly<Record<Role, Answer>>;

export interface ErrorPct {
  readonly latency: number;
  readonly power: number;
}

const offPct = (predicted: number, truth: number): number => 100 * Math.abs(predicted / truth - 1);

export function errorOf(bench: BenchDevice, questions: readonly Question[], answers: Answers): ErrorPct {
  const errors = questions.map(({ phase, load, clockMhz }) => {
    const truth = truthOf(bench, phase, load, clockMhz);
    const said = answers[phase](load, clockMhz);
    return { latency: offPct(said.latencyMs, truth.latencyMs), power: offPct(said.powerW, truth.powerW) };
  });
  return { latency: mean(errors.map(({ latency }) => latency)), power: mean(errors.map(({ power }) => power)) };
}

const inPhases = <T>(of: (phase: Role) => T): Record<Role, T> => ({ prefill: of('prefill'), decode: of('decode') });

export function answersOf(fit: Fit, only: FittedDocument['instances'][number]['model'] | null = null): Answers {
  return inPhases((phase) => {
    const fitted = fit.instances.find((one) => one.phase === phase)!;
    return fittedPredictor({ ...fitted, model: only ?? fitted.model }, { ...fit, evidence: 'emulated' }).predict;
  });
}

export const fitOf = (profile: Measured): Fit => fitProfile(profile, cards);

const QUESTIONS = 500;
const USUAL = { noise: 0.02, outliers: 0.02 };
const WILD = { noise: 0.02, outliers: 0.1 };
const NONE_WILD = { noise: 0.02, outliers: 0 };

/** Everything that the benchmark wants to know of one device. */
export interface DeviceResult {
  readonly gpuSeconds: number;
  readonly points: number;
  readonly chosen: ErrorPct;
  readonly segments: ErrorPct;
  readonly physicsChosen: boolean;
  readonly coveredPct: number;
  readonly movedPct: number;
  readonly reference: {
    readonly gpuSeconds: number;
    /** Its grid, each point read as long as ours are. */
    readonly atOurPaceGpuSeconds: number;
    readonly everywhere: ErrorPct;
    readonly ownClocks: ErrorPct;
  };
}

/** How often a fresh reading with the same noise lies within the interval promised for it. */
function coveredPct(bench: BenchDevice, questions: readonly Question[], fit: Fit): number {
  const random = bench.random.fork('fresh');
  const hits = ROLES.flatMap((phase) => {
    const predictor = fittedPredictor(
      fit.instances.find((one) => one.phase === phase)!,
      { ...fit, evidence: 'emulated' },
    );
    return questions.flatMap(({ phase: asked, load, clockMhz }) => {
      const { latencyMs, errorPct } = predictor.predict(load, clockMhz);
      if (asked !== phase || !errorPct) return [];
      const fresh = truthOf(bench, phase, load, clockMhz).latencyMs * (1 + USUAL.noise * normalOf(random));
      return [offPct(fresh, latencyMs) <= errorPct.latency ? 1 : 0];
    });
  });
  return hits.length === 0 ? NaN : 100 * mean(hits);
}

const normalOf = (random: { next(): number }): number =>
  Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());

/** The largest difference of any two answers. */
const furthestPct = (questions: readonly Question[], a: Answers, b: Answers): number =>
  Math.max(
    ...questions.flatMap(({ phase, load, clockMhz }) => {
      const [one, other] = [a[phase](load, clockMhz), b[phase](load, clockMhz)].map(({ latencyMs, powerW }) => ({ latencyMs, powerW }));
      return [offPct(one!.latencyMs, other!.latencyMs), offPct(one!.powerW, other!.powerW)];
    }),
  );

/** The same noise with and without one reading in ten five times too long. */
function movedByOutliersPct(bench: BenchDevice, profile: Measured, questions: readonly Question[]): number {
  const [clean, wild] = [NONE_WILD, WILD].map((how) =>
    answersOf(fitOf({ ...profile, points: disturbed(profile.points, bench.random.fork('wild'), how) })),
  );
  return furthestPct(questions, wild!, clean!);
}

function referenceResult(bench: BenchDevice, questions: readonly Question[], secondsPerPoint: number): DeviceResult['reference'] {
  const { points, gpuSeconds, readings } = referenceProfile(bench);
  const answers = inPhases((phase) => referenceModel(phase, points[phase]));
  const own = questions.filter(({ clockMhz }) => clockMhz >= REFERENCE_LOWEST_MHZ);
  return {
    gpuSeconds,
    atOurPaceGpuSeconds: readings * secondsPerPoint,
    everywhere: errorOf(bench, questions, answers),
    ownClocks: errorOf(bench, own, answers),
  };
}

export async function resultOf(bench: BenchDevice): Promise<DeviceResult> {
  const profile = await measured(bench);
  const questions = questionsOf(bench, QUESTIONS);
  const fit = fitOf({ ...profile, points: disturbed(profile.points, bench.random.fork('noise'), USUAL) });
  return {
    gpuSeconds: profile.gpuSeconds,
    points: profile.points.length,
    chosen: errorOf(bench, questions, answersOf(fit)),
    segments: errorOf(bench, questions, answersOf(fit, 'segments')),
    physicsChosen: fit.instances.every(({ model }) => model === 'physics'),
    coveredPct: coveredPct(bench, questions, fit),
    movedPct: movedByOutliersPct(bench, profile, questions),
    reference: referenceResult(bench, questions, profile.gpuSeconds / profile.points.length),
  };
}
