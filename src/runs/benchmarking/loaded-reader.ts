import type { Snapshot } from '../../domain/snapshot.ts';
import type { MeterReader } from './meter-reader.ts';

/**
 * The same meters, with the load of each as its gateway saw it last. Nobody waits for the gateway, and one that does not answer leaves
 * the load unknown: a meter's reading must not come late because of it.
 */
export function loadedReader(reader: MeterReader, ask: () => Promise<Pick<Snapshot, 'instances'>>): MeterReader {
  let requests: ReadonlyMap<string, number> = new Map();
  let asking = false;
  const look = async (): Promise<void> => {
    if (asking) return;
    asking = true;
    try {
      requests = new Map((await ask()).instances.map((instance) => [instance.id, instance.requests]));
    } catch {
      requests = new Map();
    } finally {
      asking = false;
    }
  };
  return {
    ...reader,
    async read() {
      void look();
      return (await reader.read()).map((one) => ({ ...one, requests: requests.get(one.instance) ?? null }));
    },
  };
}
