import type { EnergyMap } from '../../domain/energy-map.ts';
import { ROLES } from '../../domain/instance.ts';
import type { FittedDocument, FittedInstance } from '../../domain/profile.ts';
import type { Slo } from '../../domain/slo.ts';
import { energyMapOf } from '../../prediction/energy-map.ts';
import { fittedPredictor } from '../../prediction/fitted-predictor.ts';

const CLOCKS = 16;
const LOADS = 10;

/** So many from one end to the other, evenly in ratio, whole and each once. */
const spread = ([low, high]: readonly [number, number], count: number): number[] => [
  ...new Set(Array.from({ length: count }, (_, i) => Math.round(low * (high / low) ** (i / (count - 1))))),
];

/** Evenly, in whole MHz. */
const clocksOf = ([low, high]: readonly [number, number]): number[] => [
  ...new Set(Array.from({ length: CLOCKS }, (_, i) => Math.round(low + ((high - low) * i) / (CLOCKS - 1)))),
];

function mapOf(measured: FittedInstance, fitted: FittedDocument, slo: Slo): EnergyMap {
  const { phase, instance, range } = measured;
  const predictor = fittedPredictor(measured, fitted);
  // As the largest load that was measured has it: then smaller ones are within what was measured too.
  const contextTokens = Math.max(1, Math.round(range.tokens[1] / range.batch[1]));
  return energyMapOf(predictor, {
    role: phase,
    instance,
    clocksMhz: clocksOf(predictor.clockRangeMhz),
    loads: spread(phase === 'decode' ? range.batch : range.tokens, LOADS),
    contextTokens,
    sloMs: phase === 'decode' ? slo.itlMs : slo.ttftMs,
  });
}

/** Energy over clock and load as the fit of a demo says, of the first instance of each phase: within what was measured. */
export const demoMaps = (fitted: FittedDocument, slo: Slo): EnergyMap[] =>
  ROLES.flatMap((role) => {
    const measured = fitted.instances.find(({ phase }) => phase === role);
    return measured ? [mapOf(measured, fitted, slo)] : [];
  });
