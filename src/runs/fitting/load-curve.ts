import type { Role } from '../../domain/instance.ts';
import type { Predictor, Prediction } from '../../prediction/predictor.ts';
import type { LoadCurve } from '../../reporting/fit/curves.ts';

const MS_PER_S = 1000;

interface Asked {
  readonly predictor: Predictor;
  readonly phase: Role;
  readonly tokensEach: number;
  readonly mostBatch: number;
}

/** Energy over busy and idle time when an iteration of `tokens` comes `tokensPerS / tokens` times a second; null when it cannot keep up. */
function shared({ latencyMs, powerW, idleW }: Prediction, tokens: number, tokensPerS: number): number | null {
  const busy = (tokensPerS * latencyMs) / MS_PER_S / tokens;
  return busy > 1 ? null : (busy * powerW + (1 - busy) * idleW) / tokensPerS;
}

/** The batch that runs by itself: the first one whose iterations deliver what arrives. */
function decodeAt({ predictor, tokensEach, mostBatch }: Asked, tokensPerS: number, clockMhz: number): LoadCurve['points'][number] | null {
  const at = (batch: number): Prediction => predictor.predict({ batch, tokens: batch * tokensEach }, clockMhz);
  const rate = (batch: number): number => (batch * MS_PER_S) / at(batch).latencyMs;
  if (rate(1) >= tokensPerS) {
    const one = at(1);
    return { clockMhz, batch: 1, latencyMs: one.latencyMs, energyPerTokenJ: shared(one, 1, tokensPerS)! };
  }
  for (let batch = 2; batch <= mostBatch; batch++) {
    if (rate(batch) < tokensPerS) continue;
    const { latencyMs, powerW } = at(batch);
    return { clockMhz, batch, latencyMs, energyPerTokenJ: powerW / rate(batch) };
  }
  return null;
}

function prefillAt({ predictor, tokensEach }: Asked, tokensPerS: number, clockMhz: number): LoadCurve['points'][number] | null {
  const one = predictor.predict({ batch: 1, tokens: tokensEach }, clockMhz);
  const energyPerTokenJ = shared(one, tokensEach, tokensPerS);
  return energyPerTokenJ === null ? null : { clockMhz, batch: 1, latencyMs: one.latencyMs, energyPerTokenJ };
}

/** Energy per token at one token rate, over the clocks that can keep up. */
export function loadCurve(asked: Asked, tokensPerS: number, clocksMhz: readonly number[]): LoadCurve {
  const at = asked.phase === 'decode' ? decodeAt : prefillAt;
  return { tokensPerS, points: clocksMhz.flatMap((clockMhz) => at(asked, tokensPerS, clockMhz) ?? []) };
}
