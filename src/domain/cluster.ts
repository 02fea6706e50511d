import type { Role } from './instance.ts';
import type { Slo } from './slo.ts';

type EngineKind = 'sglang' | 'vllm' | 'trtllm' | 'openai' | 'emulated';
type LauncherKind = 'local' | 'ssh' | 'slurm' | 'kubernetes' | 'attach';

/** Whether predictors follow their instances: learn, never learn, or keep what they have learnt. */
export type Adaptation = 'on' | 'off' | 'frozen';

export interface ClusterInstance {
  readonly id: string;
  readonly role: Role;
  /** GPU names or UUIDs; their count is the tensor parallelism. */
  readonly gpus: readonly string[];
  readonly node?: string;
  /** `attach`: where it listens already. */
  readonly url?: string;
  /** Launched engines: 0 or left out takes a free port. */
  readonly port?: number;
  readonly bootstrapPort?: number;
  readonly controlPort?: number;
  /** Emulated engines: the device's personality. */
  readonly seed?: number;
}

/** A cluster file, as validated by `schemas/cluster.schema.json`. */
export interface ClusterFile {
  readonly schemaVersion: 1;
  readonly kind: 'cluster';
  readonly name: string;
  readonly gpu: string;
  readonly model: string;
  readonly tp: number;
  readonly slo: Slo;
  readonly engine: { readonly kind: EngineKind; readonly card?: string };
  readonly launcher: { readonly kind: LauncherKind };
  readonly instances: readonly ClusterInstance[];
  readonly gateway: { readonly host: string; readonly port?: number };
  readonly control?: {
    readonly governor?: string;
    readonly routing?: string;
    /** Clock bounds for every domain; the GPU card's whole table when left out. */
    readonly minClockMhz?: number;
    readonly maxClockMhz?: number;
    readonly maxTransitionsPerS?: number;
    readonly leaseTtlMs?: number;
    readonly adaptation?: Adaptation;
  };
}
