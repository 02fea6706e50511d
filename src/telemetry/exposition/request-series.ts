import type { Slo } from '../../domain/slo.ts';
import type { Account } from '../accounting/accounts.ts';
import { BucketCounts, DURATION_BOUNDS_S, RATIO_BOUNDS, sloBoundsS } from './counts.ts';

export const OUTCOMES = ['completed', 'failed', 'cancelled'] as const;
export type Outcome = (typeof OUTCOMES)[number];
export const OBJECTIVES = ['ttft', 'itl', 'joint'] as const;

/** What is counted of each model's requests. */
export class ModelSeries {
  readonly model: string;
  readonly ttftS: BucketCounts;
  readonly tokenGapS: BucketCounts;
  readonly durationS = new BucketCounts(DURATION_BOUNDS_S);
  readonly estimateError = new BucketCounts(RATIO_BOUNDS);
  /** Requests that kept each promise, and that did not. */
  readonly met = { ttft: 0, itl: 0, joint: 0 };
  readonly missed = { ttft: 0, itl: 0, joint: 0 };
  inFlight = 0;
  queued = 0;
  retries = 0;

  constructor(model: string, { ttftMs, itlMs }: Slo) {
    this.model = model;
    this.ttftS = new BucketCounts(sloBoundsS(ttftMs));
    this.tokenGapS = new BucketCounts(sloBoundsS(itlMs));
  }

  judged(verdict: Readonly<Record<(typeof OBJECTIVES)[number], boolean>>): void {
    for (const objective of OBJECTIVES) (verdict[objective] ? this.met : this.missed)[objective]++;
  }
}

/** What is counted of each model's requests of each tenant. */
export class TenantSeries {
  readonly account: Account;
  readonly requests: Record<Outcome, number> = { completed: 0, failed: 0, cancelled: 0 };
  promptTokens = 0;
  cachedTokens = 0;
  outputTokens = 0;

  constructor(account: Account) {
    this.account = account;
  }
}

/** Tokens of each instance, as they passed the gateway. */
export class InstanceSeries {
  readonly id: string;
  promptTokens = 0;
  outputTokens = 0;
  requests = 0;

  constructor(id: string) {
    this.id = id;
  }
}
