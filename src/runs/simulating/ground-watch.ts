import type { ValidatedGround } from '../../domain/cards.ts';
import { weakest, type Evidence } from '../../domain/evidence.ts';
import type { WorkloadRequest } from '../../domain/request.ts';
import { createDevice } from '../../prediction/analytic/device.ts';
import { groundOf } from '../../prediction/analytic/ground.ts';
import type { Scenario } from './options.ts';

/** So many requests may lie beyond what a card was validated for: the longest of a trace hardly move its joules. */
const TOLERATED = 0.05;

const isBeyond = ({ contextTokens, prefillTokens }: ValidatedGround, { promptTokens, maxTokens }: WorkloadRequest): boolean =>
  promptTokens > prefillTokens[1] || promptTokens + maxTokens > contextTokens[1];

/** Watches whether a run's requests are of lengths that its cards were validated for. A fit says itself what it knows. */
export class GroundWatch {
  readonly #ground: ValidatedGround | null;
  #requests = 0;
  #beyond = 0;

  constructor({ gpu, model, engine, tp, fitted }: Scenario) {
    this.#ground = fitted ? null : groundOf(createDevice(gpu, model, engine, tp));
  }

  *watched(schedule: Iterable<WorkloadRequest>): Generator<WorkloadRequest> {
    for (const request of schedule) {
      this.#requests++;
      if (this.#ground && isBeyond(this.#ground, request)) this.#beyond++;
      yield request;
    }
  }

  /** What the run's figures are, given what its instances' predictors are. */
  evidence(ofInstances: Evidence): Evidence {
    return this.#beyond > TOLERATED * this.#requests ? weakest(ofInstances, 'extrapolated') : ofInstances;
  }
}
