import { readApiKeys } from '../adapters/gateway/api-keys.ts';
import { LIMITS } from '../adapters/gateway/limits.ts';
import { makeServer } from '../adapters/gateway/listen.ts';
import { headerFields } from '../adapters/host/document-header.ts';
import { fileStore } from '../adapters/host/fs-store.ts';
import { processArgs } from '../adapters/host/installation.ts';
import { assertPortFree } from '../adapters/host/ports.ts';
import { realTime } from '../adapters/host/real-time.ts';
import { onReload } from '../adapters/host/signals.ts';
import { shippedProfiles } from '../adapters/host/shipped-profiles.ts';
import type { VoltanaError } from '../domain/errors.ts';
import type { LaunchedInstance } from '../domain/instance.ts';
import type { LaunchStep } from '../ports/launcher.ts';
import type { Say } from '../runs/job-screen.ts';
import { Library } from '../runs/library.ts';
import type { ServeOptions, ServeRequest } from '../runs/serving/options.ts';
import { resolveServe } from '../runs/serving/resolve.ts';
import { serveCluster, type ServedCluster } from '../runs/serving/serve-cluster.ts';
import { plainServeView, screenServeView, type ServeView } from '../runs/serving/view.ts';
import { clusterLauncher, type LineLog } from './launchers.ts';
import { screenPorts, type WantedScreen } from './screen.ts';
import { underSignals } from './signals.ts';

export type { ServeOptions, ServeRequest };

/** Looked up and checked, the gateway's keys and certificates too: engines may take minutes to start. */
export async function planServe(request: ServeRequest): Promise<ServeOptions> {
  const options = await resolveServe(request, new Library(shippedProfiles(fileStore()), fileStore()));
  const { apiKeysFile, tls } = options.cluster.gateway;
  if (apiKeysFile !== undefined) await readApiKeys(apiKeysFile);
  if (tls !== undefined) await makeServer(LIMITS, tls, () => undefined);
  return options;
}

/** What `runServe` would start; nothing is started, and nobody is asked. */
export async function serveSteps(options: ServeOptions): Promise<readonly LaunchStep[]> {
  const { launcher } = await clusterLauncher(options, () => undefined);
  const { host, port = 0 } = options.cluster.gateway;
  const gateway = {
    where: 'this machine',
    what: `gateway on ${host}:${port === 0 ? 'a free port' : port}, governor ${options.governor}, routing ${options.routing}`,
    text: ['node', ...processArgs('gateway')].join(' '),
  };
  return [...launcher.plan(), gateway];
}

/** A served cluster as a live screen; null where there is none: nobody wants it, or nobody would see it. @param title what goes on */
export async function serveScreen(options: ServeOptions, title: string, wanted: WantedScreen, say: Say): Promise<ServeView | null> {
  const ports = await screenPorts(wanted, say);
  return ports && screenServeView(options, title, ports, say);
}

/** How a served cluster is shown: on a terminal as a live screen if one is wanted, otherwise in lines. */
export const serveView = async (options: ServeOptions, wanted: WantedScreen, say: Say): Promise<ServeView> =>
  (await serveScreen(options, 'voltana serve', wanted, say)) ?? plainServeView(options, say);

export interface ServeHooks {
  readonly view: ServeView;
  readonly onLog: LineLog;
  /** The same plan, from its files as they are now. */
  readonly planAgain: () => Promise<ServeOptions>;
}

/** Attached engines are looked up again in the cluster file as it is then, or in Kubernetes. */
const lookingAgain =
  (planAgain: () => Promise<ServeOptions>, onLog: LineLog) =>
  async (signal: AbortSignal): Promise<readonly LaunchedInstance[]> => {
    const { launcher, close } = await clusterLauncher(await planAgain(), onLog);
    try {
      return (await launcher.launch(signal)).instances;
    } finally {
      await close();
    }
  };

/** Reloads may be asked for at any time: before anybody follows they wait for the first who does. */
function reloads() {
  let follower: (() => void) | null = null;
  let asked = false;
  const stop = onReload(() => {
    asked = follower === null;
    follower?.();
  });
  const follow = (ask: () => void): (() => void) => {
    follower = ask;
    if (asked) ask();
    return () => void (follower = null);
  };
  return { follow, stop };
}

export interface ServeOutcome extends ServedCluster {
  /** The signal that ended it; null when its time was up, or it failed. */
  readonly interrupted: VoltanaError | null;
}

/** Serves until the duration is over, the first signal, or what it cannot go on with. */
export const runServe = (options: ServeOptions, argv: readonly string[], { view, onLog, planAgain }: ServeHooks) =>
  underSignals('serve', async (signal): Promise<ServeOutcome> => {
    const { follow, stop } = reloads();
    try {
      const { host, port = 0 } = options.cluster.gateway;
      await assertPortFree(host, port);
      const { createGatewayLauncher } = await import('../adapters/launch/local/gateway-launcher.ts');
      const { launcher, close } = await clusterLauncher(options, onLog);
      const gatewayLauncher = createGatewayLauncher({ args: processArgs('gateway'), onLog: (line) => onLog('gateway', line) });
      const evidence = options.cluster.engine.kind === 'emulated' ? ('emulated' as const) : ('measured' as const);
      const header = { ...headerFields(argv, options.seed), evidence };
      const attached = options.cluster.launcher.kind === 'attach';
      const ports = {
        launcher,
        gatewayLauncher,
        time: realTime(),
        onReload: follow,
        ...(attached ? { lookAgain: lookingAgain(planAgain, onLog) } : {}),
      };
      const served = await serveCluster(options, ports, header, signal, view.listener).finally(close);
      return { ...served, interrupted: signal.aborted ? (signal.reason as VoltanaError) : null };
    } finally {
      stop();
      await view.close();
    }
  });
