import type { Role } from '../domain/instance.ts';
import { heldClockMhz, idlePowerW } from './analytic/clock-effects.ts';
import type { Device } from './analytic/device.ts';
import { estimateIteration } from './analytic/estimate.ts';
import { isValidated, isValidatedAtClocks } from './analytic/ground.ts';
import { decodeWork, prefillWork, type IterationWork } from './analytic/work.ts';
import type { IterationLoad, Predictor } from './predictor.ts';

/** Prompts of equal length: the predictor's question does not tell their spread. */
const workOf = (phase: Role, { batch, tokens }: IterationLoad): IterationWork => {
  if (phase === 'decode') return decodeWork(batch, tokens);
  return prefillWork(Array.from({ length: Math.max(1, batch) }, () => ({ newTokens: tokens / Math.max(1, batch), pastTokens: 0 })));
};

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
