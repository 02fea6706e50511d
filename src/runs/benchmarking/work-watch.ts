import type { RequestOutcome, WorkloadRequest } from '../../domain/request.ts';
import { WORK_TOLERANCE } from '../../telemetry/fairness.ts';

/** Whether completed answers were as long as they were asked to be: a server that stops earlier does less work than was planned. */
export class WorkWatch {
  readonly #maxTokens: ReadonlyMap<string, number>;
  #asked = 0;
  #answered = 0;

  constructor(schedule: readonly WorkloadRequest[]) {
    this.#maxTokens = new Map(schedule.map(({ id, maxTokens }) => [id, maxTokens]));
  }

  /** @param outcome under the id that its request has in the schedule */
  add({ id, status, outputTokens }: RequestOutcome): void {
    if (status !== 'completed') return;
    this.#asked += this.#maxTokens.get(id) ?? outputTokens;
    this.#answered += outputTokens;
  }

  /** Null where the work is as it was asked for, 0.5 % aside. */
  reason(): string | null {
    if (this.#asked === 0 || Math.abs(this.#answered - this.#asked) <= WORK_TOLERANCE * this.#asked) return null;
    const percent = ((100 * this.#answered) / this.#asked).toFixed(1);
    return `Completed answers hold ${percent} % of the output tokens that were asked for: the server does not honour max_tokens with ignore_eos, so another run may do other work`;
  }
}
