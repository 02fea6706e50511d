import type { Evaluation } from '../../domain/tuning.ts';
import { MS_PER_S } from '../../domain/units.ts';
import { jointAttainment } from '../../tuning/search/attainment-bound.ts';
import { BASELINE_STAGE } from '../../tuning/search/judging.ts';
import { objectiveOf } from '../../tuning/search/objective.ts';
import type { Batch, EvaluationTask } from '../../tuning/types.ts';
import type { DriveListener } from './drive.ts';
import type { TunePlan } from './resolve.ts';

/** How far a search is. */
export interface TuneProgress {
  readonly stage: string;
  /** Of this stage's runs. */
  readonly done: number;
  readonly of: number;
  /** Runs of all stages that were simulated, and those that a journal knew. */
  readonly simulated: number;
  readonly replayed: number;
  /** The least so far that keeps the target, of the longest runs so far. A first look: nothing is judged yet. */
  readonly best: Evaluation | null;
  /** Seconds that are left, by the pace so far; null before there is one. */
  readonly etaS: number | null;
}

/** Simulated requests of a task. @param ratePerS of the load that is searched for */
function requestsOf({ fidelity, day }: EvaluationTask, ratePerS: number): number {
  if (day === null) return fidelity.requests;
  return day.shares.reduce((sum, share) => sum + share, 0) * day.secondsPerShare * ratePerS * fidelity.load;
}

/** Follows a search from its listener's side. */
export class ProgressWatch implements DriveListener {
  readonly #plan: TunePlan;
  readonly #nowMs: () => number;
  readonly #tell: (progress: TuneProgress, isNewStage: boolean) => void;
  #stage: Batch = { stage: 'about to begin', tasks: [], requestsToCome: 0 };
  #done = 0;
  #simulated = 0;
  #replayed = 0;
  #requests = 0;
  #stageRequests = 0;
  #startedMs: number | null = null;
  #best: { readonly evaluation: Evaluation; readonly cost: number } | null = null;

  constructor(plan: TunePlan, nowMs: () => number, tell: (progress: TuneProgress, isNewStage: boolean) => void) {
    this.#plan = plan;
    this.#nowMs = nowMs;
    this.#tell = tell;
  }

  readonly batch = (batch: Batch): void => {
    const isNew = batch.stage !== this.#stage.stage;
    this.#stage = batch;
    this.#done = 0;
    this.#stageRequests = batch.tasks.reduce((sum, task) => sum + this.#requestsOf(task), 0);
    this.#startedMs ??= this.#nowMs();
    this.#tell(this.progress, isNew);
  };

  readonly done = (task: EvaluationTask, evaluation: Evaluation, isNew: boolean): void => {
    this.#done += 1;
    this.#stageRequests -= this.#requestsOf(task);
    if (isNew) {
      this.#simulated += 1;
      this.#requests += this.#requestsOf(task);
    } else this.#replayed += 1;
    this.#compare(task, evaluation);
    this.#tell(this.progress, false);
  };

  get progress(): TuneProgress {
    return {
      stage: this.#stage.stage,
      done: this.#done,
      of: this.#stage.tasks.length,
      simulated: this.#simulated,
      replayed: this.#replayed,
      best: this.#best?.evaluation ?? null,
      etaS: this.#etaS(),
    };
  }

  #requestsOf(task: EvaluationTask): number {
    return requestsOf(task, this.#plan.ground.load.ratePerS);
  }

  #etaS(): number | null {
    if (this.#requests === 0 || this.#startedMs === null) return null;
    const passedS = (this.#nowMs() - this.#startedMs) / MS_PER_S;
    return (passedS / this.#requests) * (this.#stageRequests + this.#stage.requestsToCome);
  }

  /** Longer runs tell more: the first of them takes the place of whatever shorter ones said. */
  #compare({ fidelity, slo, day, tier }: EvaluationTask, evaluation: Evaluation): void {
    if (tier !== undefined || slo !== null || day !== null || fidelity.load !== 1 || fidelity.hostileWorld !== null) return;
    // It is there to be compared with, and no candidate.
    if (this.#stage.stage === BASELINE_STAGE) return;
    const { objective, prices, constraints } = this.#plan;
    const cost = objectiveOf(evaluation, objective, prices);
    const keeps = !evaluation.overloaded && (jointAttainment([evaluation]) ?? 0) >= constraints.sloTarget;
    if (cost === null || !keeps) return;
    const longest = this.#best?.evaluation.fidelity.requests ?? 0;
    const isBetter = fidelity.requests > longest || (fidelity.requests === longest && cost < (this.#best?.cost ?? Infinity));
    if (isBetter) this.#best = { evaluation, cost };
  }
}
