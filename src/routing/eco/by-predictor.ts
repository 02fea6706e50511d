import type { Predictor } from '../../prediction/predictor.ts';

/** What a learning predictor said holds for so long. */
const RELEARN_MS = 5000;

interface Known<V> {
  readonly value: V;
  /** Until then; Infinity for a predictor that never changes its mind. */
  readonly untilMs: number;
}

/** A learning predictor tells by this that its answers move. */
const learns = (predictor: Predictor): boolean => 'observe' in predictor;

/**
 * What is known of each predictor, and forgotten with it. Whoever asks for a list of instances again and again says the
 * place in the list, too: there it is found without a search.
 */
export class ByPredictor<V> {
  readonly #known = new WeakMap<Predictor, Known<V>>();
  readonly #predictors: Predictor[] = [];
  readonly #places: Known<V>[] = [];

  get(predictor: Predictor, place: number, nowMs: number): V | undefined {
    let known = this.#predictors[place] === predictor ? this.#places[place] : undefined;
    if (known === undefined) {
      known = this.#known.get(predictor);
      if (known !== undefined) this.#remember(predictor, place, known);
    }
    return known !== undefined && nowMs < known.untilMs ? known.value : undefined;
  }

  set(predictor: Predictor, place: number, value: V, nowMs: number): V {
    const known = { value, untilMs: learns(predictor) ? nowMs + RELEARN_MS : Infinity };
    this.#known.set(predictor, known);
    this.#remember(predictor, place, known);
    return value;
  }

  #remember(predictor: Predictor, place: number, known: Known<V>): void {
    this.#predictors[place] = predictor;
    this.#places[place] = known;
  }
}
