import type { EngineProtocol } from '../../../../../domain/cluster.ts';
import type { EngineSpec } from '../../spec.ts';

/** `engine_id` of its kv-transfer-config. */
export const engineIdOf = ({ id, seed }: EngineSpec): string => `${id}-${seed.toString(16).padStart(8, '0')}`;

export const protocolOf = ({ protocol = 'nixl-pull' }: EngineSpec): EngineProtocol => protocol;

/** `kv_lease_duration`, unless told otherwise. */
const LEASE_MS = 30_000;
export const leaseMsOf = ({ kvLeaseMs = LEASE_MS }: EngineSpec): number => kvLeaseMs;
