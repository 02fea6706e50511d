import type { PolicyRequest, WorkloadRequest } from '../domain/request.ts';
import type { EmulatedRequest } from '../emulation/types.ts';
import type { SimulatedOutcome } from './types.ts';

const NOWHERE = -1;

/** One request on its way through a simulated cluster. */
export class ServedRequest implements EmulatedRequest {
  readonly id: string;
  #room: number;
  readonly promptTokens: number;
  readonly maxTokens: number;
  readonly prefix?: readonly string[];
  readonly asked: WorkloadRequest;
  /** Numbers of its instances. */
  prefill = NOWHERE;
  decode = NOWHERE;
  firstTokenMs: number | null = null;

  constructor(asked: WorkloadRequest, room: number) {
    this.id = asked.id;
    this.#room = room;
    this.promptTokens = asked.promptTokens;
    this.maxTokens = asked.maxTokens;
    if (asked.prefix) this.prefix = asked.prefix;
    this.asked = asked;
  }

  get room(): number {
    return this.#room;
  }

  /** Both phases on one engine: its KV has no way to go. */
  stays(): void {
    this.#room = 0;
  }

  get placed(): boolean {
    return this.decode !== NOWHERE;
  }

  /** What policies may know of it. */
  forPolicies(): PolicyRequest {
    const { id, promptTokens, prefix } = this;
    const { arrivalMs } = this.asked;
    return prefix ? { id, arrivalMs, promptTokens, prefix } : { id, arrivalMs, promptTokens };
  }

  outcome(status: SimulatedOutcome['status'], endMs: number | null, outputTokens: number, error: string | null = null): SimulatedOutcome {
    return { request: this.asked, status, firstTokenMs: this.firstTokenMs, endMs, outputTokens, error };
  }
}

const isCount = (tokens: number): boolean => Number.isSafeInteger(tokens) && tokens > 0;

/** What an engine's front end would answer to a request that makes no sense; null for one that does. */
export function refusalOf({ promptTokens, maxTokens }: WorkloadRequest): string | null {
  if (!isCount(promptTokens)) return `a prompt of ${promptTokens} tokens`;
  return isCount(maxTokens) ? null : `an output of ${maxTokens} tokens`;
}
