import type { InstanceEndpoints } from '../../../domain/instance.ts';
import type { EmulatedInstance, EmulatedInstanceSpec } from '../../../emulation/types.ts';
import type { Time } from '../../../ports/time.ts';
import { completionsHandler } from './completions.ts';
import { controlRouter } from './control-api.ts';
import { engineRouter } from './engine-api.ts';
import { listen, type Listener } from './http.ts';
import { createNode, type EngineNode } from './node.ts';

export interface EmulatedServerOptions {
  readonly spec: EmulatedInstanceSpec;
  readonly machine: EmulatedInstance;
  readonly time: Time;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly bootstrapPort: number;
  readonly controlPort: number;
}

export interface EmulatedServers {
  readonly endpoints: InstanceEndpoints;
  /** Destroys open sockets; the machine stands still from then on. Idempotent. */
  close(): Promise<void>;
}

const engineListener = (
  { spec, machine, host, port }: EmulatedServerOptions,
  node: EngineNode,
  bootstrapPort: number | null,
): Promise<Listener> => {
  const completions = completionsHandler({ machine, pump: node.pump, legs: node.legs, modelId: spec.model.id, onLeft: node.left });
  return listen(engineRouter(spec, machine, bootstrapPort, completions), host, port);
};

/** Opens one port after the other into `opened`, so that whoever fails leaves a list of what to close. */
const openPorts = async (options: EmulatedServerOptions, node: EngineNode, opened: Listener[]): Promise<InstanceEndpoints> => {
  const open = async (listener: Promise<Listener>): Promise<Listener> => {
    opened.push(await listener);
    return listener;
  };
  const { host } = options;
  const bootstrap = options.spec.role === 'prefill' ? await open(listen(node.rendezvous.router, host, options.bootstrapPort)) : null;
  const control = await open(listen(controlRouter(node.gpu), host, options.controlPort));
  const engine = await open(engineListener(options, node, bootstrap?.port ?? null));
  return {
    url: engine.url,
    controlUrl: control.url,
    ...(bootstrap === null ? {} : { bootstrapHost: new URL(bootstrap.url).hostname, bootstrapPort: bootstrap.port }),
  };
};

/**
 * Serves one emulated instance: the engine's port, the control port of its GPU and, on a prefill, the bootstrap port.
 * @throws VoltanaError PORT_TAKEN, with nothing left open
 */
export const startEmulatedServers = async (options: EmulatedServerOptions): Promise<EmulatedServers> => {
  const node = createNode(options.spec, options.machine, options.time);
  const opened: Listener[] = [];
  const close = async (): Promise<void> => {
    await node.stop();
    await Promise.all(opened.splice(0).map((listener) => listener.close()));
  };
  try {
    return { endpoints: await openPorts(options, node, opened), close };
  } catch (error) {
    await close();
    throw error;
  }
};
