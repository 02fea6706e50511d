import { domainOf } from '../../domain/instance.ts';
import type { RunRecord } from '../../domain/run-record.ts';
import type { ClockDriver } from '../../ports/clock-driver.ts';
import type { FleetChange, GatewaySpec } from '../../ports/gateway-launcher.ts';
import type { PowerMeter } from '../../ports/power-meter.ts';
import type { Time } from '../../ports/time.ts';
import type { TuningGround } from './tuning/ground.ts';
import type { FleetControl } from '../../control/fleet-control.ts';
import { ObservedFleet } from '../../control/observed-fleet.ts';
import type { TelemetryListener } from '../../ports/telemetry-listener.ts';
import { bothListeners } from '../../telemetry/all-listeners.ts';
import { RunTally } from '../../telemetry/run-tally.ts';
import { supportedOf } from './supported.ts';
import { changeFleet } from './change-fleet.ts';
import type { PlaneTuning } from './control-plane-options.ts';
import { ControlPlane } from './control-plane.ts';
import { checkFixedClocks, fleetFor } from './fleet.ts';
import { liveRecord } from './live-record.ts';
import { LiveTally } from './live-tally.ts';
import { repeat } from './repeat.ts';
import { tuningOf } from './tuned.ts';
import type { TuningPlane } from './tuning-plane.ts';

/** What the data plane is opened on. */
export interface ServedPlane {
  readonly control: ControlPlane;
  /** Engines come and go. Never rejects: what cannot be done of it is a warning. */
  change(change: FleetChange): Promise<void>;
  /** Hears of every request. */
  readonly listener: TelemetryListener;
  readonly seen: ObservedFleet;
  /** Null where nobody can tune it live. */
  readonly tuning: TuningPlane | null;
}

export interface ServePorts {
  /** Null: nobody sets clocks here. */
  readonly driver: ClockDriver | null;
  /** Null: nobody counts energy here. */
  readonly meter: PowerMeter | null;
  readonly time: Time;
  /** See `EventFeed`. */
  readonly epoch: string;
  /** Left out: nobody tunes it live. */
  readonly tuning?: TuningGround;
  readonly openGateway: (plane: ServedPlane) => Promise<{ readonly url: string; close(): Promise<void> }>;
}

const DEFAULT_LEASE_TTL_MS = 5000;
const LOOK_EVERY_MS = 250;
const observedFleet = ({ cluster, instances, header }: GatewaySpec, fleet: FleetControl, epoch: string): ObservedFleet => {
  const maxClockMhz = cluster.control?.maxClockMhz;
  return new ObservedFleet({
    fleet,
    instances: instances.map(({ id }) => fleet.instance(id)),
    slo: cluster.slo,
    version: header?.voltana ?? 'unknown',
    epoch,
    ...(maxClockMhz === undefined ? {} : { maxClockMhz }),
  });
};

interface PlaneParts {
  readonly fleet: FleetControl;
  readonly tally: LiveTally;
  readonly seen: ObservedFleet;
  readonly tuning: PlaneTuning;
}

const planeOf = (
  { cluster, instances, governor, routing, warnings }: GatewaySpec,
  { driver, meter, time, epoch }: ServePorts,
  { fleet, tally, seen, tuning }: PlaneParts,
): ControlPlane =>
  new ControlPlane({
    mode: cluster.engine.kind === 'emulated' ? 'emulated' : 'live',
    cluster: { name: cluster.name, model: cluster.model, gpu: cluster.gpu },
    fleet,
    instances,
    driver,
    meter,
    time,
    governor,
    routing,
    slo: cluster.slo,
    // Another one with the same governor is another holder.
    holder: `voltana serve ${epoch}, governor ${governor}`,
    ...(cluster.control?.powerLimitW !== undefined && cluster.engine.kind !== 'emulated' && { powerLimitW: cluster.control.powerLimitW }),
    leaseTtlMs: cluster.control?.leaseTtlMs ?? DEFAULT_LEASE_TTL_MS,
    tuning,
    observer: {
      metered(reading, sample) {
        tally.metered(sample);
        seen.metered(reading);
      },
      warned: (text) => seen.warn(text, time.nowMs()),
      decided: (kind, durationMs) => seen.decided(kind, durationMs),
    },
    ...(warnings ? { warnings } : {}),
  });

export interface Served {
  readonly url: string;
  /** Gives every clock back. @returns what was served, null where nobody asked for a record */
  close(): Promise<RunRecord | null>;
}

/** What a record says was held must have been: an agent's bounds may leave out clocks that the GPU has. */
const checkHeldClocks = ({ governor, fixedMhz, instances }: GatewaySpec, supported: ReadonlyMap<string, readonly number[]>): void => {
  if (governor !== 'fixed' || !fixedMhz) return;
  for (const instance of instances) {
    const { role } = instance;
    checkFixedClocks({ [role]: fixedMhz[role] }, supported.get(domainOf(instance))!);
  }
};

/** Runs gateway and clock control over a launched cluster until it is closed. */
export async function serve(spec: GatewaySpec, ports: ServePorts): Promise<Served> {
  const { driver, time, openGateway } = ports;
  const supported = await supportedOf(spec.instances, spec.cards, driver);
  if (driver !== null) checkHeldClocks(spec, supported);
  let tuning: TuningPlane | null = null;
  const tally = new LiveTally(spec.cluster.slo, (request) => tuning?.finished(request));
  const fleet = fleetFor(spec, (domain) => supported.get(domain)!);
  const seen = observedFleet(spec, fleet, ports.epoch);
  const hooks = { look: () => tuning?.look(), summary: () => tuning?.summary() ?? null };
  const control = planeOf(spec, ports, { fleet, tally, seen, tuning: hooks });
  if (ports.tuning) tuning = tuningOf({ spec, fleet, seen, control, time, ground: ports.tuning, driven: driver !== null, supported });
  const startedAtMs = time.nowMs();
  const change = (wanted: FleetChange): Promise<void> => changeFleet(wanted, { spec, driver, control, seen });
  const record = (): RunRecord | null => {
    if (!spec.header) return null;
    return liveRecord(
      {
        spec,
        header: spec.header,
        supported,
        snapshot: control.snapshot(),
        energy: control.lastReading,
        wallMs: time.nowMs() - startedAtMs,
      },
      // Nothing came: that is a record, too.
      tally.begun ?? new RunTally({ slo: spec.cluster.slo, startMs: 0 }),
    );
  };
  await control.start();
  const stopLooking = repeat(time, LOOK_EVERY_MS, () => seen.look(control.snapshot(), control.leases(), time.nowMs()));
  try {
    // From here on energy is known: a request may come at once.
    await control.observe();
    const gateway = await openGateway({ control, seen, tuning, change, listener: bothListeners(tally, seen.requests) });
    return {
      url: gateway.url,
      async close() {
        await gateway.close();
        await stopLooking();
        // The last request ended after the last reading.
        await control.observe();
        const served = record();
        tuning?.stop('the gateway ends');
        await control.stop();
        return served;
      },
    };
  } catch (error) {
    await stopLooking();
    await control.stop();
    throw error;
  }
}
