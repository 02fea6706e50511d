import type { FittedInstance, FittedLevel, LinearTerm } from '../domain/profile.ts';
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

const latencyAt = (level: FittedLevel, load: IterationLoad): number => Math.max(SHORTEST_MS, evaluate(level.latencyMs, load));

const powerAt = (level: FittedLevel, load: IterationLoad, latencyMs: number): number =>
  Math.max(level.idleW, (evaluate(level.energyJ, load) / latencyMs) * MS_PER_S);

const within = (value: number, [low, high]: readonly [number, number]): boolean => value >= low && value <= high;

/**
 * A predictor from a profile. Between two profiled clocks latency is interpolated along 1/f, which is exact for
 * whatever waits for SM cycles, and power along f; outside the profiled clocks it answers for the nearest.
 */
export function fittedPredictor(fitted: FittedInstance, evidence: Predictor['evidence']): Predictor {
  const { levels, range } = fitted;
  const lowestMhz = levels[0]!.clockMhz;
  const highestMhz = levels.at(-1)!.clockMhz;
  const places = new Map<number, Place>();
  const place = (clockMhz: number): Place => {
    const known = places.get(clockMhz) ?? placeOf(levels, clockMhz);
    places.set(clockMhz, known);
    return known;
  };

  return {
    clockRangeMhz: [lowestMhz, highestMhz],
    evidence,
    predict(load: IterationLoad, clockMhz: number): Prediction {
      const clock = Math.min(highestMhz, Math.max(lowestMhz, clockMhz));
      const { below, above, alongClock, alongPeriod } = place(clock);
      const slowMs = latencyAt(below, load);
      const fastMs = latencyAt(above, load);
      return {
        latencyMs: mix(slowMs, fastMs, alongPeriod),
        powerW: mix(powerAt(below, load, slowMs), powerAt(above, load, fastMs), alongClock),
        idleW: mix(below.idleW, above.idleW, alongClock),
        inRange: clock === clockMhz && within(load.batch, range.batch) && within(load.tokens, range.tokens),
      };
    },
  };
}
