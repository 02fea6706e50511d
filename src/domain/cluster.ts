import type { EngineRole, Role } from './instance.ts';
import type { Slo } from './slo.ts';

export type EngineKind = 'sglang' | 'vllm' | 'trtllm' | 'openai' | 'emulated';
export type LauncherKind = 'local' | 'ssh' | 'slurm' | 'kubernetes' | 'attach';
/** How prefill and decode find each other's KV, where an engine knows several ways. The first of each engine is its default. */
export type EngineProtocol = 'nixl-pull' | 'nixl-push' | 'mooncake' | 'context-first' | 'generation-first';

/** Whether predictors follow their instances: learn, never learn, or keep what they have learnt. */
export type Adaptation = 'on' | 'off' | 'frozen';

export interface ClusterInstance {
  readonly id: string;
  readonly role: EngineRole;
  /** GPU names or UUIDs; their count is the tensor parallelism. */
  readonly gpus: readonly string[];
  /** Host name of the machine it runs on; this one when left out. */
  readonly node?: string;
  /** `attach`: where it listens already. */
  readonly url?: string;
  /** Launched engines: 0 or left out takes a free port (`local`) or the engine's usual one. */
  readonly port?: number;
  /** Prefill: SGLang's bootstrap port, Mooncake's for vLLM. */
  readonly bootstrapPort?: number;
  /** vLLM: the side channel of NIXL. */
  readonly sidePort?: number;
  readonly controlPort?: number;
  /** Emulated engines: the device's personality. */
  readonly seed?: number;
}

/** How an engine batches: turned into arguments where voltana starts it, and known to every predictor. The engine's own, or its card's, where left out. */
export interface BatchingSettings {
  /** Prompt tokens of one iteration, of all requests together. */
  readonly chunkTokens?: number;
  /** Requests that one instance decodes at a time at most. */
  readonly maxRunning?: number;
  /** Batches for which graphs are captured; others are padded up to the next. */
  readonly captureSizes?: readonly number[];
}

export type KvDtype = 'bf16' | 'fp8';

export interface EngineSettings {
  readonly kind: EngineKind;
  /** Emulated: its engine card. */
  readonly card?: string;
  /** Emulated: whose protocol it speaks; sglang's when left out. */
  readonly dialect?: Exclude<EngineKind, 'emulated'>;
  readonly protocol?: EngineProtocol;
  /** What the engine is told to load: a path or a hub's name. The model card's id when left out. */
  readonly model?: string;
  /** The name that clients ask for; `model` when left out. */
  readonly servedModel?: string;
  readonly batching?: BatchingSettings;
  /** What of each token is kept in; the model card's where left out. */
  readonly kvDtype?: KvDtype;
  /** What starts the engine, where that is not its usual program: one word per entry. */
  readonly command?: readonly string[];
  /** Further arguments, for all and by role. */
  readonly args?: readonly string[];
  readonly prefillArgs?: readonly string[];
  readonly decodeArgs?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly readyTimeoutS?: number;
}

export interface PodToleration {
  readonly key?: string;
  readonly operator?: 'Exists' | 'Equal';
  readonly value?: string;
  readonly effect?: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
}

/** A claim or a folder of the node, at a place of the engine's. */
export interface PodVolume {
  readonly mountPath: string;
  readonly claim?: string;
  readonly hostPath?: string;
  readonly readOnly?: boolean;
}

export interface LauncherSettings {
  readonly kind: LauncherKind;
  /** Where engines keep their logs and files, on their node. */
  readonly workDir?: string;
  readonly ssh?: { readonly user?: string; readonly options?: readonly string[] };
  readonly slurm?: {
    readonly partition?: string;
    readonly account?: string;
    readonly timeLimit?: string;
    readonly options?: readonly string[];
  };
  readonly kubernetes?: {
    readonly namespace?: string;
    readonly context?: string;
    readonly image?: string;
    readonly gatewayImage?: string;
    readonly gpuResource?: string;
    readonly nodeSelector?: Readonly<Record<string, string>>;
    /** Of engine pods, beside the one for nodes that are tainted by their GPUs. */
    readonly tolerations?: readonly PodToleration[];
    /** Secrets whose keys are environment variables of engines, such as HF_TOKEN. */
    readonly secrets?: readonly string[];
    /** Of engine pods: weights, caches. */
    readonly volumes?: readonly PodVolume[];
    /** Beyond none, such as IPC_LOCK for RDMA. */
    readonly capabilities?: readonly string[];
  };
  /** `attach`: finds instances by the labels of their pods instead of by `url`. */
  readonly discover?: {
    readonly by: 'sglang' | 'llm-d' | 'dynamo';
    readonly namespace?: string;
    readonly context?: string;
    /** label=value,label=value; `by` knows the usual ones. */
    readonly prefillSelector?: string;
    readonly decodeSelector?: string;
    readonly port?: number;
  };
}

export interface GatewaySettings {
  readonly host: string;
  readonly port?: number;
  /** One key per line, `name:key` or `key`; the name is the tenant. */
  readonly apiKeysFile?: string;
  readonly tls?: { readonly certFile: string; readonly keyFile: string };
  /** Requests under way at most; more are answered 429. */
  readonly maxInFlight?: number;
  readonly maxBodyBytes?: number;
  /** From the request's arrival to its first token, between two tokens, and as a whole. */
  readonly firstTokenTimeoutS?: number;
  readonly stallTimeoutS?: number;
  readonly requestTimeoutS?: number;
  /** How long SIGTERM waits for what is under way. */
  readonly drainTimeoutS?: number;
  /** Further attempts for a request whose client has seen nothing yet. */
  readonly retries?: number;
  /** Processes behind the one port. */
  readonly processes?: number;
}

/** Where the agent of a node listens that owns its clocks and meters. */
export interface AgentSettings {
  /** As instances name it; this machine when left out. */
  readonly node?: string;
  /** unix:/PATH, or https://HOST:PORT. */
  readonly address: string;
  /** Holds the token that it knows us by. */
  readonly tokenFile?: string;
  /** Who signed its certificate; the machine's own authorities when left out. */
  readonly caFile?: string;
  /** Our own certificate, where it asks for one. */
  readonly certFile?: string;
  readonly keyFile?: string;
}

/** What may be turned on the policies, and per phase on the clocks that they choose from. `tune --live` moves it within the bounds of `control`. */
export interface ControlTunables {
  /** Parts of the promises that are planned for. */
  readonly itlTarget?: number;
  readonly ttftTarget?: number;
  readonly minPrefillClockMhz?: number;
  readonly maxPrefillClockMhz?: number;
  readonly minDecodeClockMhz?: number;
  readonly maxDecodeClockMhz?: number;
}

/** How long a gateway that ends waits for what is under way, unless its cluster file says otherwise. */
export const DRAIN_TIMEOUT_S = 30;

/** A cluster file, as validated by `schemas/cluster.schema.json`. */
export interface ClusterFile {
  readonly schemaVersion: 1;
  readonly kind: 'cluster';
  readonly name: string;
  readonly gpu: string;
  readonly model: string;
  readonly tp: number;
  readonly slo: Slo;
  readonly engine: EngineSettings;
  readonly launcher: LauncherSettings;
  readonly instances: readonly ClusterInstance[];
  readonly gateway: GatewaySettings;
  readonly control?: {
    readonly governor?: string;
    readonly routing?: string;
    /** Fitted profile of this deployment; without one a live cluster stays at its maximum clock. */
    readonly fitted?: string;
    /** Clock bounds for every domain; the GPU card's whole table when left out. */
    readonly minClockMhz?: number;
    readonly maxClockMhz?: number;
    /** The clocks of governor `fixed`. */
    readonly fixedMhz?: Readonly<Record<Role, number>>;
    readonly tunables?: ControlTunables;
    /** What becomes of instances that nobody needs for a while: `park` keeps them loaded at their lowest clock. */
    readonly rest?: 'awake' | 'park';
    /** Of each GPU. Real ones: only where the agent's bounds allow it. */
    readonly powerLimitW?: number;
    readonly maxTransitionsPerS?: number;
    readonly leaseTtlMs?: number;
    readonly adaptation?: Adaptation;
    /** Real GPUs: whoever owns their clocks. Without one they stay as they are, and nobody counts their joules. */
    readonly agents?: readonly AgentSettings[];
  };
}
