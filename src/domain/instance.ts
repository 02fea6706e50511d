export type Role = 'prefill' | 'decode';
export const ROLES = ['prefill', 'decode'] as const;
/** What a cluster file calls an engine: `aggregated` ones do both phases. */
export type EngineRole = Role | 'aggregated';

/** One phase of one engine process: what routing and governing know of it. An aggregated engine is two instances, one per phase. */
export interface Instance {
  readonly id: string;
  readonly role: Role;
  /** GPUs it spans; they form one clock domain and are locked together. */
  readonly gpuCount: number;
  /** Left out: its own id. The two halves of an aggregated engine share one, and its GPUs. */
  readonly domain?: ClockDomainId;
}

/** The GPUs that share one clock decision. */
export type ClockDomainId = string;

export const domainOf = ({ id, domain = id }: Pick<Instance, 'id' | 'domain'>): ClockDomainId => domain;

/** Where the processes of an instance listen. All on the same host. */
export interface InstanceEndpoints {
  readonly url: string;
  /** Prefill only: where decode instances fetch KV from. */
  readonly bootstrapHost?: string;
  readonly bootstrapPort?: number;
  /** Emulated engines only: the control port of the emulated GPU. */
  readonly controlUrl?: string;
  /** What its engine told of itself and its dialect needs, as JSON texts: 64-bit ids stay whole. */
  readonly facts?: Readonly<Record<string, string>>;
}

export interface LaunchedInstance extends Instance {
  readonly endpoints: InstanceEndpoints;
  /** As its cluster file calls them: what a node's agent is asked for. Left out where nobody knows, and for emulated ones. */
  readonly gpus?: readonly string[];
  /** Left out: this machine. */
  readonly node?: string;
}
