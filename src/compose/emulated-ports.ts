import { createEmulatedClocks } from '../adapters/clocks/emulated/driver.ts';
import { createEmulatedProbe } from '../adapters/engines/emulated/probe.ts';
import { realTime } from '../adapters/host/real-time.ts';
import type { FittedCards } from '../domain/profile.ts';
import type { ClusterPorts, DemoPorts } from '../runs/demo/demo.ts';

/** Clocks, meters and engines of emulated instances that run. */
export function connect(instances: Parameters<DemoPorts['connect']>[0]): ClusterPorts {
  const time = realTime();
  const clocks = createEmulatedClocks(instances, time);
  const probe = createEmulatedProbe(time);
  const close = async (): Promise<void> => {
    await Promise.all([clocks.close(), probe.close()]);
  };
  return { driver: clocks.driver, meter: clocks.meter, probe, close };
}

export const cardsOf = ({ gpu, model, engine }: FittedCards): FittedCards => ({ gpu, model, engine });
