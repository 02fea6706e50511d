import type { InstanceEndpoints } from '../../../domain/instance.ts';
import type { EmulatedInstance } from '../../../emulation/types.ts';
import type { Time } from '../../../ports/time.ts';
import { controlRouter } from './control-api.ts';
import type { EmulatedDialect, Routes } from './dialects/dialect.ts';
import { emulatedDialects } from './dialects/registry.ts';
import { engineFacts } from './facts.ts';
import { listen, type Listener, type Router } from './http.ts';
import { createNode, type EngineNode } from './node.ts';
import type { EngineSpec } from './spec.ts';

export interface EmulatedServerOptions {
  readonly spec: EngineSpec;
  readonly machine: EmulatedInstance;
  readonly time: Time;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Where peers fetch KV, whatever the engine calls that port. */
  readonly bootstrapPort: number;
  readonly controlPort: number;
  /** Ends the process, as a crash would. Left out: it can be asked for, and fails. */
  readonly crash?: () => void;
}

export interface EmulatedServers {
  readonly endpoints: InstanceEndpoints;
  /** Destroys open sockets; the machine stands still from then on. Idempotent. */
  close(): Promise<void>;
}

const noCrash = (): never => {
  throw new Error('this emulated engine has no process of its own to end');
};

const routerOf =
  (routes: Routes): Router =>
  (method, path) =>
    routes[`${method} ${path}`] ?? null;

/** KV first, then whatever else the protocol asks of that port. */
const kvRouter = (node: EngineNode, dialect: EmulatedDialect): Router => {
  const others = routerOf(dialect.kvRoutes?.(node) ?? {});
  return (method, path) => node.desk.router(method, path) ?? others(method, path);
};

/** Whatever is made to go wrong with the engine's port follows the faults that hold. */
const followFaults = (node: EngineNode, engine: Listener): void => {
  node.faults.watch(() => {
    const { refuseConnections, maxConnections } = node.faults.now;
    engine.limitConnections(maxConnections);
    void engine.refuse(refuseConnections);
  });
};

/** Opens one port after the other into `opened`, so that whoever fails leaves a list of what to close. */
const openPorts = async (options: EmulatedServerOptions, node: EngineNode, opened: Listener[]): Promise<InstanceEndpoints> => {
  const open = async (listening: Promise<Listener>): Promise<Listener> => {
    const listener = await listening;
    opened.push(listener);
    return listener;
  };
  const { host, spec } = options;
  const dialect = emulatedDialects[spec.dialect ?? 'sglang'];
  const kv = dialect.hasKvPort(spec) ? await open(listen(kvRouter(node, dialect), host, options.bootstrapPort)) : null;
  node.kvAddress = kv && { host: new URL(kv.url).hostname, port: kv.port };
  const engine = await open(listen(routerOf(dialect.routes(node)), host, options.port, dialect.errorBody));
  const controlled = { faults: node.faults, connections: () => engine.connections(), load: () => node.machine.load() };
  const control = await open(listen(controlRouter(node.gpu, controlled), host, options.controlPort));
  followFaults(node, engine);
  return { url: engine.url, controlUrl: control.url, ...engineFacts(node) };
};

/**
 * Serves one emulated instance: the engine's port, the control port of its GPU and, where peers fetch KV from it, a port for that.
 * @throws VoltanaError PORT_TAKEN, with nothing left open
 */
export const startEmulatedServers = async (options: EmulatedServerOptions): Promise<EmulatedServers> => {
  const { spec, machine, time, crash = noCrash } = options;
  const rules = emulatedDialects[spec.dialect ?? 'sglang'].desk(spec);
  const node = createNode(spec, machine, time, rules, crash);
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
