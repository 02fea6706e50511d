import type { EngineKind, EngineProtocol } from '../../../domain/cluster.ts';
import type { EngineRole } from '../../../domain/instance.ts';
import type { EmulatedInstanceSpec } from '../../../emulation/types.ts';

export type DialectKind = Exclude<EngineKind, 'emulated'>;
export const DIALECTS: readonly DialectKind[] = ['sglang', 'vllm', 'trtllm', 'openai'];

/** The protocols of each engine; the first is its default. */
export const PROTOCOLS: Readonly<Record<DialectKind, readonly EngineProtocol[]>> = {
  sglang: [],
  vllm: ['nixl-pull', 'nixl-push', 'mooncake'],
  trtllm: ['context-first', 'generation-first'],
  openai: [],
};

/** An emulated engine: the machine, and the engine that it passes for. */
export interface EngineSpec extends EmulatedInstanceSpec<EngineRole> {
  /** sglang's when left out. */
  readonly dialect?: DialectKind;
  /** Its engine's default when left out. */
  readonly protocol?: EngineProtocol;
  /** The name that clients ask for; the model card's id when left out. */
  readonly servedModel?: string;
  /** How long KV waits to be fetched; the engine's own default when left out. */
  readonly kvLeaseMs?: number;
}

export const servedModelOf = ({ servedModel, model }: EngineSpec): string => servedModel ?? model.id;

/**
 * What a machine has to do for its dialect: a vLLM engine is never told its role and does whatever a request asks for, and a TensorRT-LLM
 * one serves plain requests beside those of its role, so both must be able to do both phases.
 */
export const machineRole = ({ dialect = 'sglang', role }: EngineSpec): EngineRole => (dialect === 'sglang' ? role : 'aggregated');
