import type { Role } from '../domain/instance.ts';
import { heldClockMhz, idlePowerW } from './analytic/clock-effects.ts';
import type { Device } from './analytic/device.ts';
import { estimateIteration } from './analytic/estimate.ts';
import { decodeWork, prefillWork, type IterationWork } from './analytic/work.ts';
import type { IterationLoad, Predictor } from './predictor.ts';

/** Prompts of equal length: the predictor's question does not tell their spread. */
const workOf = (phase: Role, { batch, tokens }: IterationLoad): IterationWork => {
  if (phase === 'decode') return decodeWork(batch, tokens);
  return prefillWork(Array.from({ length: Math.max(1, batch) }, () => ({ newTokens: tokens / Math.max(1, batch), pastTokens: 0 })));
};

/** A predictor from cards alone, before anybody has profiled anything. Not below `minClockMhz`: nothing measured there backs it. */
export const analyticPredictor = (device: Device, phase: Role, minClockMhz: number): Predictor => ({
  clockRangeMhz: [Math.max(minClockMhz, device.gpu.clock.minMhz), device.gpu.clock.maxMhz],
  evidence: 'extrapolated',
  predict(load, clockMhz) {
    const heldMhz = heldClockMhz(device, clockMhz);
    const { latencyMs, powerW } = estimateIteration(device, workOf(phase, load), heldMhz);
    return { latencyMs, powerW: powerW * device.tp, idleW: idlePowerW(device, heldMhz) * device.tp, inRange: false };
  },
});
