import type { LaunchedInstance } from '../../domain/instance.ts';
import type { RunningGateway } from '../../ports/gateway-launcher.ts';
import type { LaunchedCluster } from '../../ports/launcher.ts';
import type { ServeClusterPorts, ServeListener } from './serve-ports.ts';

const differ = (one: LaunchedInstance, other: LaunchedInstance): boolean =>
  JSON.stringify(one.endpoints) !== JSON.stringify(other.endpoints);

/** Engines come and go while their cluster file is read again. One at another address is another engine. */
class Membership {
  #present: readonly LaunchedInstance[];

  constructor(present: readonly LaunchedInstance[]) {
    this.#present = present;
  }

  /** An engine that moved leaves first: it comes back at the next look. */
  follow(found: readonly LaunchedInstance[], gateway: RunningGateway, listener: ServeListener): void {
    const known = new Map(this.#present.map((instance) => [instance.id, instance]));
    const staying = found.filter(({ id }) => known.has(id));
    const moved = new Set(staying.filter((instance) => differ(instance, known.get(instance.id)!)).map(({ id }) => id));
    const stays = new Set(staying.map(({ id }) => id).filter((id) => !moved.has(id)));
    const add = found.filter(({ id }) => !known.has(id));
    const retire = this.#present.map(({ id }) => id).filter((id) => !stays.has(id));
    this.#present = [...this.#present.filter(({ id }) => stays.has(id)), ...add];
    if (add.length + retire.length > 0) gateway.change({ add, retire });
    listener.changed?.(
      add.map(({ id }) => id),
      retire,
    );
  }
}

/** Looks again whenever somebody asks; a look that fails changes nothing. */
export function followReloads(
  ports: ServeClusterPorts,
  cluster: LaunchedCluster,
  gateway: RunningGateway,
  signal: AbortSignal,
  listener: ServeListener,
): () => void {
  const { lookAgain, onReload } = ports;
  const membership = new Membership(cluster.instances);
  let looking = Promise.resolve();
  const look = async (): Promise<void> => {
    if (!lookAgain) return listener.notChanged?.('only attached engines come and go; these were launched');
    try {
      membership.follow(await lookAgain(signal), gateway, listener);
    } catch (error) {
      listener.notChanged?.((error as Error).message);
    }
  };
  return onReload?.(() => void (looking = looking.then(look))) ?? ((): void => undefined);
}
