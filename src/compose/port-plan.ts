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

  async of(instance: ClusterInstance, asked: readonly AskedPort[], local: boolean): Promise<Record<string, number>> {
    const ports: Record<string, number> = {};
    for (const { name, usual } of asked) ports[name] = instance[name] || (await this.#next(instance.node, usual, local));
    return ports;
  }

  async #next(node: string | undefined, usual: number, local: boolean): Promise<number> {
    const taken = this.#takenOn(node);
    let port = usual;
    while (port < LAST_PORT && (taken.has(port) || (local && !(await this.#isFree(port))))) port++;
    taken.add(port);
    return port;
  }

  #takenOn(node = ''): Set<number> {
    let taken = this.#taken.get(node);
    if (!taken) this.#taken.set(node, (taken = new Set()));
    return taken;
  }
}
