import type { ClockDriver } from '../../ports/clock-driver.ts';
import type { Dispatcher } from '../../ports/dispatcher.ts';
import type { GatewaySpec } from '../../ports/gateway-launcher.ts';
import type { PowerMeter } from '../../ports/power-meter.ts';
import type { Time } from '../../ports/time.ts';
import { ControlPlane } from './control-plane.ts';
import { fleetFor } from './fleet.ts';

export interface ServePorts {
  readonly driver: ClockDriver;
  readonly meter: PowerMeter;
  readonly time: Time;
  /** Opens the data plane on the control plane. */
  readonly openGateway: (dispatcher: Dispatcher) => Promise<{ readonly url: string; close(): Promise<void> }>;
}

const DEFAULT_LEASE_TTL_MS = 5000;

/** Runs gateway and clock control over a launched cluster until `close`, which gives every clock back. */
export async function serve(spec: GatewaySpec, ports: ServePorts): Promise<{ readonly url: string; close(): Promise<void> }> {
  const { driver, meter, time, openGateway } = ports;
  const supported = new Map<string, readonly number[]>();
  for (const { id } of spec.instances) supported.set(id, await driver.supportedMhz(id));
  const control = new ControlPlane({
    fleet: fleetFor(spec, (id) => supported.get(id)!),
    instances: spec.instances,
    driver,
    meter,
    time,
    governor: spec.governor,
    routing: spec.routing,
    slo: spec.cluster.slo,
    holder: `voltana serve, governor ${spec.governor}`,
    leaseTtlMs: spec.cluster.control?.leaseTtlMs ?? DEFAULT_LEASE_TTL_MS,
  });
  await control.start();
  try {
    const gateway = await openGateway(control);
    return {
      url: gateway.url,
      async close() {
        await gateway.close();
        await control.stop();
      },
    };
  } catch (error) {
    await control.stop();
    throw error;
  }
}
