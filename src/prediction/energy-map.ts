import type { EnergyMap } from '../domain/energy-map.ts';
import { energyOf } from '../domain/units.ts';
import type { IterationLoad, Predictor } from './predictor.ts';

export interface EnergyMapQuestion extends Pick<EnergyMap, 'role' | 'instance' | 'clocksMhz' | 'loads' | 'sloMs'> {
  /** Of each running request: decode only. */
  readonly contextTokens: number;
}

/** Decode makes one token for each running request; prefill computes all of its prompt's tokens, in one prompt here. */
const iterationOf = ({ role, contextTokens }: EnergyMapQuestion, load: number): { load: IterationLoad; tokens: number } =>
  role === 'decode'
    ? { load: { batch: load, tokens: load * contextTokens }, tokens: load }
    : { load: { batch: 1, tokens: load }, tokens: load };

/** What a predictor says over clock and load; no answer where it would have to guess beyond what was measured. */
export function energyMapOf(predictor: Predictor, question: EnergyMapQuestion): EnergyMap {
  const { role, instance, clocksMhz, loads, sloMs, contextTokens } = question;
  const cells = loads.map((at) => {
    const { load, tokens } = iterationOf(question, at);
    return clocksMhz.map((clockMhz) => {
      const { latencyMs, powerW, inRange } = predictor.predict(load, clockMhz);
      const answers = Number.isFinite(latencyMs) && Number.isFinite(powerW) && (inRange || predictor.evidence === 'extrapolated');
      return answers ? { latencyMs, joules: energyOf(powerW, latencyMs) / tokens } : null;
    });
  });
  return {
    role,
    instance,
    evidence: predictor.evidence,
    clocksMhz,
    loads,
    contextTokens: role === 'decode' ? contextTokens : null,
    joulesPerToken: cells.map((row) => row.map((cell) => cell?.joules ?? null)),
    latencyMs: cells.map((row) => row.map((cell) => cell?.latencyMs ?? null)),
    sloMs,
  };
}
