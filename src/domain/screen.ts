import type { Role } from './instance.ts';
import type { Slo } from './slo.ts';

export type PhaseStatus = 'waiting' | 'running' | 'done' | 'stopped';

/** One step of the work, as a line of the screen. */
export interface ScreenPhase {
  readonly name: string;
  readonly status: PhaseStatus;
  /** Null where nothing can be counted. */
  readonly progress: { readonly done: number; readonly total: number; readonly text: string } | null;
  readonly note: string;
}

/** One row of the fleet table. Null where nothing was observed. */
export interface ScreenInstance {
  readonly id: string;
  readonly role: Role;
  readonly askedMhz: number | null;
  readonly appliedMhz: number | null;
  /** All GPUs of the instance. */
  readonly powerW: number | null;
  /** Profile: the batch measured. Serving: waiting prompts (prefill) or running requests (decode). */
  readonly requests: number | null;
  readonly tokens: number | null;
  /** Profile: one iteration. Serving: recent TTFT (prefill) or gaps (decode). */
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly reason: string | null;
}

/** Energy per delivered output token of both runs, up to the same time after their first request. */
export interface SavingSoFar {
  readonly savedPct: number;
  readonly baselineJPerToken: number;
  readonly candidateJPerToken: number;
  readonly atS: number;
}

/** Everything that the screen draws, as plain data: it crosses a process boundary as one line of JSON. */
export interface ScreenState {
  readonly title: string;
  /** Where the figures come from: never left out. */
  readonly evidence: string;
  readonly elapsedS: number;
  /** A forecast made before the start. */
  readonly expectedS: number | null;
  readonly phases: readonly ScreenPhase[];
  /** What the fleet table is about at the moment. */
  readonly measuring: 'profile' | 'serving';
  readonly slo: Slo;
  readonly instances: readonly ScreenInstance[];
  readonly saving: SavingSoFar | null;
  /** Joules per output token of the first run so far, while there is nothing to compare it with. */
  readonly baselineJPerToken: number | null;
  /** What stands in the place of a saving where there is nothing to compare with. */
  readonly figure?: { readonly label: string; readonly text: string };
  readonly decision: { readonly instance: string; readonly fromMhz: number; readonly toMhz: number; readonly reason: string } | null;
  readonly warnings: readonly string[];
  /** Watts of the whole fleet over each run, evenly spaced on a common time axis. */
  readonly power: readonly { readonly name: string; readonly watts: readonly number[] }[];
}
