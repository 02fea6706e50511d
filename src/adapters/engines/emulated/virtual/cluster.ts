import { VoltanaError } from '../../../../domain/errors.ts';
import type { LaunchedInstance } from '../../../../domain/instance.ts';
import type { Disturbance } from '../../../../emulation/instance.ts';
import type { EmulatedInstanceSpec } from '../../../../emulation/types.ts';
import type { ClockDriver } from '../../../../ports/clock-driver.ts';
import type { EngineProbe } from '../../../../ports/engine.ts';
import type { PowerMeter } from '../../../../ports/power-meter.ts';
import type { Time } from '../../../../ports/time.ts';
import { virtualDriver, virtualMeter } from './clocks.ts';
import { createVirtualNode, type VirtualNode } from './node.ts';
import { virtualProbe } from './probe.ts';

/** Nothing listens anywhere. */
const launched = ({ id, role, tp }: EmulatedInstanceSpec): LaunchedInstance => ({
  id,
  role,
  gpuCount: tp,
  endpoints: { url: `http://${id}.invalid` },
});

/**
 * An emulated cluster without processes and HTTP: the very machines and leases, called directly, on any `Time`.
 * @param disturbance per instance: what its iterations are slowed by
 */
export class VirtualCluster {
  readonly instances: readonly LaunchedInstance[];
  readonly driver: ClockDriver;
  readonly meter: PowerMeter;
  readonly probe: EngineProbe;
  readonly #nodes: ReadonlyMap<string, VirtualNode>;

  constructor(specs: readonly EmulatedInstanceSpec[], time: Time, disturbance?: (instance: string) => Disturbance) {
    this.#nodes = new Map(specs.map((spec) => [spec.id, createVirtualNode(spec, time, disturbance?.(spec.id))]));
    this.instances = specs.map(launched);
    const nodeOf = (id: string): VirtualNode => this.node(id);
    this.driver = virtualDriver(nodeOf);
    this.meter = virtualMeter(nodeOf);
    this.probe = virtualProbe(nodeOf, time);
  }

  /** @throws VoltanaError UNKNOWN_ID */
  node(id: string): VirtualNode {
    const node = this.#nodes.get(id);
    if (!node) throw new VoltanaError('UNKNOWN_ID', `unknown clock domain ${id}`);
    return node;
  }

  /** Everything stands still from now on. */
  close(): void {
    for (const { pump, gpu } of this.#nodes.values()) {
      pump.stop();
      gpu.stop();
    }
  }
}
