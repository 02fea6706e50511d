import { energyOf } from '../domain/units.ts';
import type { IterationLoad, Predictor } from '../prediction/predictor.ts';
import type { TokenWeights } from '../telemetry/accounting/domain-ledger.ts';

const TYPICAL_PROMPT_TOKENS = 1024;
const TYPICAL_BATCH = 16;

/** Beyond idling, in joules; 0 where the predictor sees none. */
const dynamicJ = (predictor: Predictor, load: IterationLoad, clockMhz: number): number => {
  const { latencyMs, powerW, idleW } = predictor.predict(load, clockMhz);
  return energyOf(Math.max(0, powerW - idleW), latencyMs);
};

/**
 * What a token of either phase costs an engine that runs both, in joules at its maximum clock: of an ordinary prompt,
 * and of an ordinary batch. Splits one meter between the two kinds of work; only the ratio matters.
 */
export function tokenWeights(prefill: Predictor, decode: Predictor, maxMhz: number): TokenWeights {
  const promptJ = dynamicJ(prefill, { batch: 1, tokens: TYPICAL_PROMPT_TOKENS }, maxMhz);
  const stepJ = dynamicJ(decode, { batch: TYPICAL_BATCH, tokens: TYPICAL_BATCH * TYPICAL_PROMPT_TOKENS }, maxMhz);
  return promptJ > 0 && stepJ > 0 ? { prefill: promptJ / TYPICAL_PROMPT_TOKENS, decode: stepJ / TYPICAL_BATCH } : { prefill: 1, decode: 1 };
}
