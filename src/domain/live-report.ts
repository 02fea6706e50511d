import type { AuditEntry, BurnRate } from './live-tuning.ts';
import type { TuningStage } from './tuning-orders.ts';

/** What a saving comes to in a month, while it goes on as it was seen. */
export interface LiveMonth {
  readonly kWh: number;
  readonly cost: number | null;
  readonly co2Kg: number | null;
  readonly currency: string;
  /** Sentences: the saving, and what it rests on. */
  readonly texts: readonly string[];
}

/** What `tune --live` prints at its end. */
export interface LiveReport {
  readonly schemaVersion: 1;
  readonly kind: 'live-tuning-report';
  readonly url: string;
  readonly stage: TuningStage;
  readonly reason: string;
  readonly stages: readonly { readonly atMs: number; readonly text: string }[];
  readonly sloTarget: number;
  readonly burnRates: readonly BurnRate[];
  /** Governed against the highest clock, per token, as far as both were seen. No proof. */
  readonly savedPct: number | null;
  readonly meanPowerW: number | null;
  readonly joulesPerOutputToken: number | null;
  readonly month: LiveMonth | null;
  /** Commands that prove it. */
  readonly proof: readonly string[];
  readonly auditFile: string | null;
  readonly audit: readonly AuditEntry[];
}
