import { VoltanaError } from '../domain/errors.ts';
import type { Role } from '../domain/instance.ts';
import type { FittedDocument, FittedInstance, FittedLevel, FittedSegment, LinearTerm } from '../domain/profile.ts';
import { PhysicsModel } from './physics.ts';
import type { IterationLoad, Prediction, Predictor } from './predictor.ts';

const MS_PER_S = 1000;
/** No iteration is shorter; keeps a fit without a constant from answering 0 for an empty batch. */
const SHORTEST_MS = 1e-3;

/** Where a clock lies between two profiled ones: 0 at `below`, 1 at `above`, along f and along 1/f. */
interface Place {
  readonly below: FittedLevel;
  readonly above: FittedLevel;
  readonly alongClock: number;
  readonly alongPeriod: number;
}

const fraction = (low: number, high: number, value: number): number => (high === low ? 0 : (value - low) / (high - low));

function placeOf(levels: readonly FittedLevel[], clockMhz: number): Place {
  const index = levels.findIndex((level) => level.clockMhz >= clockMhz);
  const above = levels[index]!;
  const below = levels[Math.max(0, index - 1)]!;
  return {
    below,
    above,
    alongClock: fraction(below.clockMhz, above.clockMhz, clockMhz),
    alongPeriod: fraction(1 / below.clockMhz, 1 / above.clockMhz, 1 / clockMhz),
  };
}

const mix = (low: number, high: number, at: number): number => low + (high - low) * at;

const evaluate = (term: LinearTerm, load: IterationLoad): number =>
  term.perSequence * load.batch + term.perToken * load.tokens + term.constant;

/** The stretch that a load lies on; beyond them all the last. */
function segmentAt({ segments }: FittedLevel, rows: number): FittedSegment {
  for (const segment of segments) if (rows <= segment.batch[1]) return segment;
  return segments.at(-1)!;
}

const powerAt = (level: FittedLevel, segment: FittedSegment, load: IterationLoad, latencyMs: number): number =>
  Math.max(level.idleW, (evaluate(segment.energyJ, load) / latencyMs) * MS_PER_S);

const within = (value: number, [low, high]: readonly [number, number]): boolean => value >= low && value <= high;

/** What a model says to a clock between the lowest and the highest that was measured. */
type Answer = Pick<Prediction, 'latencyMs' | 'powerW' | 'idleW'>;
type Model = (load: IterationLoad, clockMhz: number) => Answer;

/**
 * Between two profiled clocks latency is interpolated along 1/f, which is exact for whatever waits for SM cycles, and power along f;
 * outside them the nearest answers.
 */
export function segmentsModel(phase: Role, levels: readonly FittedLevel[]): Model {
  const [lowestMhz, highestMhz] = [levels[0]!.clockMhz, levels.at(-1)!.clockMhz];
  const places = new Map<number, Place>();
  const place = (clockMhz: number): Place => {
    const known = places.get(clockMhz) ?? placeOf(levels, Math.min(highestMhz, Math.max(lowestMhz, clockMhz)));
    places.set(clockMhz, known);
    return known;
  };
  return (load, clockMhz) => {
    const { below, above, alongClock, alongPeriod } = place(clockMhz);
    const rows = phase === 'decode' ? load.batch : load.tokens;
    const slow = segmentAt(below, rows);
    const fast = segmentAt(above, rows);
    const slowMs = Math.max(SHORTEST_MS, evaluate(slow.latencyMs, load));
    const fastMs = Math.max(SHORTEST_MS, evaluate(fast.latencyMs, load));
    return {
      latencyMs: mix(slowMs, fastMs, alongPeriod),
      powerW: mix(powerAt(below, slow, load, slowMs), powerAt(above, fast, load, fastMs), alongClock),
      idleW: mix(below.idleW, above.idleW, alongClock),
    };
  };
}

/** The analytic model with the device's own factors, at any clock. */
export const physicsModel =
  (model: PhysicsModel): Model =>
  (load, clockMhz) => {
    const { latencyMs, powerW } = model.estimate(load, clockMhz);
    return { latencyMs, powerW: model.shownW(powerW), idleW: model.idleW(clockMhz) };
  };

type Source = Pick<FittedDocument, 'evidence' | 'cards' | 'provenance'>;

function modelOf({ instance, phase, model, physics, levels }: FittedInstance, { cards, provenance }: Source): Model {
  if (model === 'segments') return segmentsModel(phase, levels);
  if (cards && physics) return physicsModel(new PhysicsModel(cards, provenance.tp, phase, physics));
  throw new VoltanaError(
    'BAD_VALUE',
    `the fitted profile says that physics predicts "${instance}", but has no ${cards ? 'factors' : 'cards'} for it`,
    {
      hint: 'Fit the profile again.',
    },
  );
}

/**
 * A predictor from a profile. A question outside what was measured is answered too, and said to be: no interval is known there.
 * @throws VoltanaError BAD_VALUE for a document without what its model needs
 */
export function fittedPredictor(fitted: FittedInstance, source: Source): Predictor {
  const { levels, range, intervals } = fitted;
  const clockRangeMhz = [levels[0]!.clockMhz, levels.at(-1)!.clockMhz] as const;
  const answer = modelOf(fitted, source);
  const errorPct = intervals && { latency: intervals.latencyPct, power: intervals.powerPct };
  return {
    clockRangeMhz,
    evidence: source.evidence,
    predict(load: IterationLoad, clockMhz: number): Prediction {
      const { latencyMs, powerW, idleW } = answer(load, clockMhz);
      const inRange = within(clockMhz, clockRangeMhz) && within(load.batch, range.batch) && within(load.tokens, range.tokens);
      return { latencyMs, powerW, idleW, errorPct: inRange ? errorPct : null, inRange };
    },
  };
}
