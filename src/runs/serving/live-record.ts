import type { EnergyReading } from '../../domain/clock.ts';
import type { RunConfig, RunRecord } from '../../domain/run-record.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import { MS_PER_S } from '../../domain/units.ts';
import type { GatewaySpec } from '../../ports/gateway-launcher.ts';
import { runRecord } from '../../telemetry/run-record.ts';
import type { RunTally } from '../../telemetry/run-tally.ts';
import { boundedClocks } from './fleet.ts';

export interface LiveFacts {
  readonly spec: GatewaySpec;
  readonly header: NonNullable<GatewaySpec['header']>;
  /** By clock domain. */
  readonly supported: ReadonlyMap<string, readonly number[]>;
  readonly snapshot: Snapshot;
  /** The newest reading of any meter; null without one. */
  readonly energy: EnergyReading | null;
  readonly wallMs: number;
}

function configOf({ spec, supported }: LiveFacts): RunConfig {
  const { cluster, governor, routing, fixedMhz, instances } = spec;
  const count = (role: string): number => instances.filter((one) => one.role === role).length;
  return {
    gpu: cluster.gpu,
    model: cluster.model,
    tp: cluster.tp,
    prefill: count('prefill'),
    decode: count('decode'),
    workload: 'live traffic',
    rate: null,
    durationS: null,
    slo: cluster.slo,
    governor,
    routing,
    clocksMhz: fixedMhz ? [fixedMhz.prefill, fixedMhz.decode] : boundedClocks([...supported.values()][0]!, cluster.control),
  };
}

/** What real traffic has done so far, as a run. Requests under way are in it once they have ended. */
export function liveRecord(facts: LiveFacts, tally: RunTally): RunRecord {
  const { spec, header, snapshot, energy, wallMs } = facts;
  const meter = energy && { method: energy.source, uncertaintyPct: energy.uncertaintyPct };
  return runRecord(
    {
      header,
      mode: spec.cluster.engine.kind === 'emulated' ? 'emulated' : 'live',
      config: configOf(facts),
      meter,
      idlePowerW: null,
      transitions: snapshot.transitions,
      wallS: wallMs / MS_PER_S,
    },
    tally,
  );
}
