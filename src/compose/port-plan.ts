import type { AskedPort } from '../adapters/engines/commands.ts';
import type { ClusterInstance } from '../domain/cluster.ts';

/** Whether nobody listens there now. */
export type IsFree = (port: number) => Promise<boolean>;

/** Beyond the usual ports of all engines by far, and below those that systems lend out. */
const LAST_PORT = 32_767;

/**
 * Ports for the engines of a cluster: those of the cluster file, and for the others the usual one or the next above it
 * that no engine of the same node has. Deterministic, so that a plan shows what a launch will use.
 */
export class PortPlan {
  readonly #taken = new Map<string, Set<number>>();
  readonly #isFree: IsFree;

  /** @param isFree for engines of this machine; those of others are asked by their launcher */
  constructor(instances: readonly ClusterInstance[], isFree: IsFree) {
    this.#isFree = isFree;
    for (const { node, port, bootstrapPort, sidePort } of instances)
      for (const fixed of [port, bootstrapPort, sidePort]) if (fixed) this.#takenOn(node).add(fixed);
  }

  /** @param where engines of one place share its ports: this machine, their node, each a pod of its own, or any node that a scheduler may pick for several */
  async of(
    instance: ClusterInstance,
    asked: readonly AskedPort[],
    where: 'here' | 'node' | 'pod' | 'anywhere',
  ): Promise<Record<string, number>> {
    const place = where === 'pod' ? `pod ${instance.id}` : where === 'anywhere' ? undefined : instance.node;
    const ports: Record<string, number> = {};
    for (const { name, usual } of asked) ports[name] = instance[name] || (await this.#next(place, usual, where === 'here'));
    return ports;
  }

  async #next(place: string | undefined, usual: number, here: boolean): Promise<number> {
    const taken = this.#takenOn(place);
    let port = usual;
    while (port < LAST_PORT && (taken.has(port) || (here && !(await this.#isFree(port))))) port++;
    taken.add(port);
    return port;
  }

  #takenOn(node = ''): Set<number> {
    let taken = this.#taken.get(node);
    if (!taken) this.#taken.set(node, (taken = new Set()));
    return taken;
  }
}
