import type { Role } from '../domain/instance.ts';
import { heldClockMhz, idlePowerW } from './analytic/clock-effects.ts';
import type { Device } from './analytic/device.ts';
import { estimateIteration } from './analytic/estimate.ts';
import { isValidated, isValidatedAtClocks } from './analytic/ground.ts';
import { decodeWork, type IterationWork } from './analytic/work.ts';
import type { IterationLoad, Predictor } from './predictor.ts';

/** Prompts of equal length: the predictor's question does not tell their spread. Not summed up one by one, since a sum's rounding may open a tile. */
function workOf(phase: Role, { batch, tokens }: IterationLoad): IterationWork {
  if (phase === 'decode') return decodeWork(batch, tokens);
  const sequences = Math.max(1, batch);
  return { phase, sequences, newTokens: tokens, attendedPairs: (tokens * (tokens / sequences + 1)) / 2, kvTokens: tokens };
}

/**
 * A predictor from cards alone, before anybody has profiled anything. Not below `minClockMhz`. Its evidence is that of its clocks;
 * whether a load lies on validated ground too, each prediction says.
 */
export function analyticPredictor(device: Device, phase: Role, minClockMhz: number): Predictor {
  const clockRangeMhz = [Math.max(minClockMhz, device.gpu.clock.minMhz), device.gpu.clock.maxMhz] as const;
  return {
    clockRangeMhz,
    evidence: isValidatedAtClocks(device, clockRangeMhz) ? 'validated' : 'extrapolated',
    predict(load, clockMhz) {
      const heldMhz = heldClockMhz(device, clockMhz);
      const work = workOf(phase, load);
      const { latencyMs, powerW, appliedClockMhz } = estimateIteration(device, work, heldMhz);
      const inRange = isValidated(device, work, clockMhz, appliedClockMhz);
      return { latencyMs, powerW: powerW * device.tp, idleW: idlePowerW(device, heldMhz) * device.tp, errorPct: null, inRange };
    },
  };
}
