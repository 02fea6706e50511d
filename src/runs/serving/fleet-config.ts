import type { ClusterFile } from '../../domain/cluster.ts';
import type { Role } from '../../domain/instance.ts';
import type { RunConfig } from '../../domain/run-record.ts';
import { boundedClocks } from './fleet.ts';

/** What serves, and how it is governed. */
export interface ConfiguredFleet {
  readonly cluster: Pick<ClusterFile, 'gpu' | 'model' | 'tp' | 'slo' | 'control'>;
  readonly governor: string;
  readonly routing: string;
  readonly fixedMhz: Readonly<Record<Role, number>> | null;
}

/**
 * The part of a run's configuration that says what served it.
 * @param supportedMhz all clocks of its GPUs, ascending; none where nobody knows
 * @throws VoltanaError CLOCK_OUTSIDE_CARD as `boundedClocks` does
 */
export function fleetConfig(
  { cluster, governor, routing, fixedMhz }: ConfiguredFleet,
  instances: readonly { readonly role: string }[],
  supportedMhz: readonly number[],
): Omit<RunConfig, 'workload' | 'rate' | 'durationS'> {
  const count = (role: string): number => instances.filter((one) => one.role === role).length;
  return {
    gpu: cluster.gpu,
    model: cluster.model,
    tp: cluster.tp,
    prefill: count('prefill'),
    decode: count('decode'),
    slo: cluster.slo,
    governor,
    routing,
    clocksMhz: fixedMhz
      ? [fixedMhz.prefill, fixedMhz.decode]
      : supportedMhz.length === 0
        ? []
        : boundedClocks(supportedMhz, cluster.control),
  };
}
