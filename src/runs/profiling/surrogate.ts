import { VoltanaError } from '../../domain/errors.ts';
import type { FittedCards, FittedInstance, IdlePower, Provenance } from '../../domain/profile.ts';
import { checkedData } from '../../prediction/fit/checked.ts';
import { fitInstance } from '../../prediction/fit/fit-instance.ts';
import { fittedPredictor } from '../../prediction/fitted-predictor.ts';
import type { FitSurrogate, Surrogate } from './designs/refine.ts';

/** What a fit needs besides points. */
export interface FitGround {
  readonly provenance: Provenance;
  readonly cards: FittedCards | null;
  readonly idle: () => readonly IdlePower[];
}

function surrogateOf(fitted: FittedInstance, { provenance, cards }: FitGround): Surrogate {
  const source = { evidence: 'measured', cards, provenance } as const;
  const predictorOf = (model: FittedInstance['model']) => fittedPredictor({ ...fitted, model }, source);
  const segments = predictorOf('segments');
  const physics = fitted.physics === null ? null : predictorOf('physics');
  return {
    heldOutPct: fitted.crossValidation[fitted.model]?.latencyMapePct ?? null,
    disagreementPct({ batch, tokens }, clockMhz) {
      if (!physics) return 0;
      const load = { batch, tokens: batch * tokens };
      return 100 * Math.abs(Math.log(segments.predict(load, clockMhz).latencyMs / physics.predict(load, clockMhz).latencyMs));
    },
  };
}

/** The project's own two models, fitted to what one instance's sweep knows so far. Too little to fit tells nothing. */
export const surrogateFit =
  (ground: FitGround): FitSurrogate =>
  (points) => {
    try {
      const [data] = checkedData({ points, idle: ground.idle(), provenance: ground.provenance }).instances;
      return data ? surrogateOf(fitInstance(data, ground.cards).fitted, ground) : null;
    } catch (error) {
      if (error instanceof VoltanaError && error.kind !== 'bug') return null;
      throw error;
    }
  };
