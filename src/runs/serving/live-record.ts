import type { EnergyReading } from '../../domain/clock.ts';
import type { RunConfig, RunRecord } from '../../domain/run-record.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import { MS_PER_S } from '../../domain/units.ts';
import type { GatewaySpec } from '../../ports/gateway-launcher.ts';
import { runRecord } from '../../telemetry/run-record.ts';
import type { RunTally } from '../../telemetry/run-tally.ts';
import { fleetConfig } from './fleet-config.ts';

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

const configOf = ({ spec, supported }: LiveFacts): RunConfig => ({
  ...fleetConfig(spec, spec.instances, [...supported.values()][0]!),
  workload: 'live traffic',
  rate: null,
  durationS: null,
});

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
