/**
 * A search as asked for, nothing looked up yet: plain data, so that a journal of it can be taken up again. Undefined: as the default is.
 * Lists are texts with commas, as they were written.
 */
export interface TuneRequest {
  /** Devices by their cards; beside `fitted`, what those fits must be of. */
  readonly gpu?: string | undefined;
  readonly model?: string | undefined;
  /** An engine card. */
  readonly engine?: string | undefined;
  /** GPUs per instance: a list. */
  readonly tp?: string | undefined;
  /** Fitted documents' files or ids: one variant each. */
  readonly fitted?: readonly string[] | undefined;
  /** Number formats of weights and of KV: lists of bf16 and fp8. */
  readonly dtype?: string | undefined;
  readonly kvDtype?: string | undefined;
  readonly workload?: string | undefined;
  readonly trace?: string | undefined;
  /** A recorded run: its load, and its promises where nobody gives others. */
  readonly from?: string | undefined;
  readonly rate?: number | undefined;
  readonly burstiness?: number | undefined;
  readonly sloTtftMs?: number | undefined;
  readonly sloItlMs?: number | undefined;
  readonly sloTarget?: number | undefined;
  readonly confidence?: number | undefined;
  /** N or LEAST..MOST. */
  readonly gpus?: string | undefined;
  readonly powerBudgetW?: number | undefined;
  /** The layout that the recommendation is held against. */
  readonly prefill?: number | undefined;
  readonly decode?: number | undefined;
  readonly aggregated?: number | undefined;
  /** Its devices, promises and layout, where no flag says otherwise. */
  readonly cluster?: string | undefined;
  readonly governors?: string | undefined;
  readonly routings?: string | undefined;
  /** Watts of one GPU: a list. */
  readonly caps?: string | undefined;
  readonly rest?: string | undefined;
  readonly objective?: string | undefined;
  readonly pricePerKwh?: number | undefined;
  readonly gpuHourPrice?: number | undefined;
  readonly currency?: string | undefined;
  readonly pue?: number | undefined;
  readonly carbonIntensity?: number | undefined;
  readonly effort?: string | undefined;
  readonly questions?: string | undefined;
  /** A second tier: requests per s whose answers have to end within so many seconds, and nothing else. */
  readonly batchRate?: number | undefined;
  readonly batchDeadline?: number | undefined;
  /** A workload's id or a trace's file; the interactive load's when left out. */
  readonly batchWorkload?: string | undefined;
  /** Fraction of them that must. */
  readonly batchTarget?: number | undefined;
  readonly seed: number;
}
