export type Role = 'prefill' | 'decode';
export const ROLES = ['prefill', 'decode'] as const;

/** One engine process of the fleet: what routing and governing know of it. */
export interface Instance {
  readonly id: string;
  readonly role: Role;
  /** GPUs it spans; they form one clock domain and are locked together. */
  readonly gpuCount: number;
}

/** The GPUs of one instance: they share one clock decision. Its id is the instance's id. */
export type ClockDomainId = string;

/** Where the processes of an instance listen. All on the same host. */
export interface InstanceEndpoints {
  readonly url: string;
  /** Prefill only: where decode instances fetch KV from. */
  readonly bootstrapHost?: string;
  readonly bootstrapPort?: number;
  /** Emulated engines only: the control port of the emulated GPU. */
  readonly controlUrl?: string;
}

export interface LaunchedInstance extends Instance {
  readonly endpoints: InstanceEndpoints;
}
