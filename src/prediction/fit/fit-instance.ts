import type { FittedCards, FittedInstance, FittedRange } from '../../domain/profile.ts';
import { physicsModel, segmentsModel } from '../fitted-predictor.ts';
import { PhysicsModel } from '../physics.ts';
import { shortcomings } from './checked.ts';
import { fitFactors, type FactorsFit } from './fit-factors.ts';
import { rowsOf, type FitPoint, type InstanceData } from './fit-point.ts';
import { fitSegments, type SegmentsFit } from './fit-segments.ts';
import { foldsOf, type Fold } from './folds.ts';
import { heldOutBy, intervalsOf, qualityOf, type Answers, type HeldOut } from './held-out.ts';
import { thinned } from './samples.ts';

/** Points that cross-validation fits again and again; more would tell the same. */
const MOST_VALIDATED = 80;

const span = (values: readonly number[]): readonly [number, number] => [
  values.reduce((least, value) => Math.min(least, value), Infinity),
  values.reduce((most, value) => Math.max(most, value), -Infinity),
];

const rangeOf = (points: readonly FitPoint[]): FittedRange => ({
  batch: span(points.map(({ batch }) => batch)),
  tokens: span(points.map(({ tokens }) => tokens)),
});

/** One way to fit, whole or without some points. */
type Fitter = (data: InstanceData) => Answers;

const segmentsFitter: Fitter = (data) => segmentsModel(data.phase, fitSegments(data).levels);

/** A fit without some points starts from the whole one, which is near, and goes its own way. */
const physicsFitter =
  (cards: FittedCards, whole: FactorsFit): Fitter =>
  (data) =>
    physicsModel(new PhysicsModel(cards, data.tp, data.phase, fitFactors(data, cards, whole).factors));

const crossValidated = (data: InstanceData, folds: readonly Fold[], fitter: Fitter): HeldOut[] =>
  folds.flatMap(({ heldOut, others }) => heldOutBy(fitter({ ...data, points: others }), heldOut));

/** Mean error of latency and power together; Infinity where nothing tells. */
const scoreOf = (results: readonly HeldOut[]): number => {
  const { latencyMapePct, powerMapePct } = qualityOf(results);
  return (latencyMapePct ?? Infinity) + (powerMapePct ?? Infinity);
};

export interface InstanceFit {
  readonly data: InstanceData;
  readonly fitted: FittedInstance;
  /** Of the model chosen. */
  readonly heldOut: readonly HeldOut[];
  readonly warnings: readonly string[];
}

const evenlyOver = ({ phase, points }: InstanceData): readonly FitPoint[] =>
  thinned(
    points.toSorted((a, b) => rowsOf(phase, a) - rowsOf(phase, b) || a.clockMhz - b.clockMhz),
    MOST_VALIDATED,
  );

const asideWarning = ({ instance, points }: InstanceData, kept: ReadonlySet<FitPoint>): string[] => {
  const aside = points.filter((point) => !kept.has(point)).length;
  return aside === 0 ? [] : [`${aside} of ${points.length} points of "${instance}" contradict all others and were set aside`];
};

const untestedWarning = ({ instance }: InstanceData, heldOut: readonly HeldOut[]): string[] =>
  heldOut.length > 0 ? [] : [`"${instance}" has too few points to hold any out: how wrong its predictions are is not known`];

const union = <T>(a: ReadonlySet<T>, b: ReadonlySet<T>): ReadonlySet<T> => new Set([...a, ...b]);

/** What a model says of points that it has not seen. A whole clock or load that is missing is a harder question than most. */
interface Errors {
  readonly byPoint: readonly HeldOut[];
  readonly all: readonly HeldOut[];
}

interface Candidates {
  readonly segments: SegmentsFit;
  readonly physics: FactorsFit | null;
}

/** Errors on held-out points, of those that at least one of the two models believes: nobody can predict the others. */
function validated(data: InstanceData, { segments, physics }: Candidates, cards: FittedCards | null) {
  const kept = physics ? union(segments.kept, physics.kept) : segments.kept;
  const folds = foldsOf(data.phase, evenlyOver(data));
  const errorsOf = (fitter: Fitter): Errors => {
    const of = (by: Fold['by']): HeldOut[] =>
      crossValidated(
        data,
        folds.filter((fold) => fold.by === by),
        fitter,
      ).filter(({ point }) => kept.has(point));
    const byPoint = of('point');
    return { byPoint, all: [...byPoint, ...of('group')] };
  };
  return { kept, segments: errorsOf(segmentsFitter), physics: cards && physics ? errorsOf(physicsFitter(cards, physics)) : null };
}

/** One predictor per instance, since devices of one kind differ: both models, and which of them predicts unseen points better. */
export function fitInstance(data: InstanceData, cards: FittedCards | null): InstanceFit {
  const segments = fitSegments(data);
  const physics = cards ? fitFactors(data, cards) : null;
  const errors = validated(data, { segments, physics }, cards);
  const chosen = errors.physics && scoreOf(errors.physics.all) <= scoreOf(errors.segments.all) ? 'physics' : 'segments';
  const heldOut = errors[chosen]!.all;
  return {
    data,
    fitted: {
      instance: data.instance,
      phase: data.phase,
      range: rangeOf(data.points),
      model: chosen,
      crossValidation: { segments: qualityOf(errors.segments.all), physics: errors.physics && qualityOf(errors.physics.all) },
      intervals: intervalsOf(errors[chosen]!.byPoint),
      levels: segments.levels,
      physics: physics?.factors ?? null,
    },
    heldOut,
    warnings: [...shortcomings(data), ...asideWarning(data, errors.kept), ...untestedWarning(data, heldOut)],
  };
}
