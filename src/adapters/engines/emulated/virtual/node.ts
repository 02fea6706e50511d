import { createEmulatedInstance, type Disturbance } from '../../../../emulation/instance.ts';
import type { EmulatedInstance, EmulatedInstanceSpec, EngineEvent } from '../../../../emulation/types.ts';
import type { Time } from '../../../../ports/time.ts';
import { LeasedGpu } from '../gpu.ts';
import { createPump, type Pump } from '../pump.ts';

/** One emulated instance of a virtual cluster, its lease included. */
export interface VirtualNode {
  readonly machine: EmulatedInstance;
  readonly pump: Pump;
  readonly gpu: LeasedGpu;
  /** Who wants to know of a request's events. */
  readonly listeners: Map<string, (event: EngineEvent) => void>;
}

export function createVirtualNode(spec: EmulatedInstanceSpec, time: Time, disturbance?: Disturbance): VirtualNode {
  const machine = createEmulatedInstance(spec, time.nowMs(), disturbance);
  const listeners: VirtualNode['listeners'] = new Map();
  const pump = createPump(machine, time, (event) => listeners.get(event.id)?.(event));
  return { machine, pump, listeners, gpu: new LeasedGpu(machine, pump, time) };
}
