import { resolve } from 'node:path';
import { openSignal } from '../adapters/host/signal-source.ts';
import { realTime } from '../adapters/host/real-time.ts';
import { createTuningClient } from '../adapters/load/tuning-client.ts';
import { onReload } from '../adapters/host/signals.ts';
import { VoltanaError } from '../domain/errors.ts';
import type { LiveReport } from '../domain/live-report.ts';
import type { AuditEntry } from '../domain/live-tuning.ts';
import type { TuningPrices } from '../domain/tuning.ts';
import type { PaceName, TuningOrder, TuningView } from '../domain/tuning-orders.ts';
import type { TuningClient } from '../ports/tuning-client.ts';
import type { Say } from '../runs/job-screen.ts';
import { bothListen } from '../runs/serving/view.ts';
import { follow, type FollowListener } from '../runs/tuning/follow.ts';
import { liveReport } from '../runs/tuning/live-report.ts';
import type { WantedScreen } from './screen.ts';
import { underSignals } from './signals.ts';
import { planServe, runServe, serveScreen, type ServeOptions, type ServeRequest } from './serving.ts';
import { gatewayAccess, liveScreen, type GatewayAddress } from './watching.ts';

export type { GatewayAddress, LiveReport, TuningView };

export interface LiveWishes {
  readonly sloTarget: number | undefined;
  readonly pace: PaceName | undefined;
  readonly killFile: string | undefined;
  readonly signal: string | undefined;
  readonly durationS: number | undefined;
  /** It goes on when this command ends. */
  readonly detach: boolean;
  readonly prices: TuningPrices;
}

export interface LiveHooks extends FollowListener {
  started(view: TuningView): void;
}

export interface LiveResult {
  readonly report: LiveReport;
  /** The signal that ended it; null when its time was up, or somebody stopped it. */
  readonly interrupted: VoltanaError | null;
}

const clientOf = async (access: GatewayAddress): Promise<TuningClient> => createTuningClient(await gatewayAccess(access));

/** One order to a gateway, or a look at it. @throws VoltanaError as `TuningClient` does */
export async function orderLive(access: GatewayAddress, order: TuningOrder | null): Promise<TuningView> {
  const client = await clientOf(access);
  try {
    return order === null ? await client.view() : await client.order(order);
  } finally {
    await client.close();
  }
}

const startOf = ({ sloTarget, pace, killFile }: LiveWishes): TuningOrder => ({
  action: 'start',
  ...(sloTarget === undefined ? {} : { sloTarget }),
  ...(pace === undefined ? {} : { pace }),
  ...(killFile === undefined ? {} : { killFile: resolve(killFile) }),
});

/** Starts it and leaves. @throws VoltanaError as `TuningClient` does */
export const startLive = (access: GatewayAddress, wishes: LiveWishes): Promise<TuningView> => orderLive(access, startOf(wishes));

interface Tuned {
  readonly view: TuningView;
  readonly audit: readonly AuditEntry[];
}

/** Starts tuning there, follows it, and stops it again unless it is to go on. A signal USR2 to this process kills it there. */
async function tuned(client: TuningClient, wishes: LiveWishes, signal: AbortSignal, hooks: LiveHooks): Promise<Tuned> {
  const source = wishes.signal === undefined ? null : openSignal(wishes.signal);
  const first = await client.order(startOf(wishes));
  hooks.started(first);
  const audit: AuditEntry[] = [];
  const listener: FollowListener = {
    note: hooks.note,
    audit(entry) {
      audit.push(entry);
      hooks.audit(entry);
    },
  };
  const kill = (): void =>
    void client.order({ action: 'kill', reason: 'by SIGUSR2 to tune --live' }).catch((error: Error) => hooks.note(error.message));
  const stopListening = onReload(kill);
  try {
    const durationS = wishes.durationS ?? null;
    const view = await follow({ client, time: realTime(), signal: source }, { first, durationS, signal }, listener);
    return { view, audit };
  } finally {
    stopListening();
    await source?.close();
    if (!wishes.detach) await ended(client, hooks);
  }
}

async function ended(client: TuningClient, { note }: LiveHooks): Promise<void> {
  try {
    const { stage, url } = { url: client.url, ...(await client.order({ action: 'stop', reason: 'tune --live ended' })) };
    if (stage === 'killed') note(`it was killed and stays at the highest clock: voltana tune --resume-live --url ${url}`);
  } catch (error) {
    note((error as Error).message);
  }
}

/** Where it is shown: on a terminal as a live screen if one is wanted, otherwise in lines. */
export interface Showing<Hooks> {
  readonly wanted: WantedScreen;
  readonly say: Say;
  /** @param say in the place of the one above */
  readonly hooks: (say: Say) => Hooks;
}

const TITLE = 'voltana tune --live';

/** `tune --live --url`: until the signal, or its time is up. @throws VoltanaError */
export const tuneGateway = (access: GatewayAddress, wishes: LiveWishes, { wanted, say, hooks }: Showing<LiveHooks>): Promise<LiveResult> =>
  underSignals('live tuning', async (signal) => {
    const client = await clientOf(access);
    // Why there is none, the order that follows says better.
    const screen = await liveScreen(access, { title: TITLE, wanted, say }).catch(() => null);
    try {
      const { view, audit } = await tuned(client, wishes, signal, hooks(screen?.say ?? say));
      const report = liveReport({ url: client.url, view, audit, cluster: null, governor: 'slo', prices: wishes.prices });
      return { report, interrupted: signal.aborted ? (signal.reason as VoltanaError) : null };
    } finally {
      await screen?.close();
      await client.close();
    }
  });

export interface ClusterWishes extends LiveWishes {
  /** What nobody needs may rest at its lowest clock. */
  readonly allowResize: boolean;
  readonly access: Omit<GatewayAddress, 'url'>;
}

/** Looked up and checked, as it will be served. @throws VoltanaError of exit code 2 */
async function planLive(request: ServeRequest, allowResize: boolean): Promise<ServeOptions> {
  const options = await planServe(request);
  if (!allowResize) return options;
  return { ...options, cluster: { ...options.cluster, control: { ...options.cluster.control, rest: 'park' } } };
}

/** `tune --live --cluster`: serves it and tunes it, until the signal or its time is up. @throws VoltanaError */
export async function tuneCluster(
  request: ServeRequest,
  wishes: ClusterWishes,
  argv: readonly string[],
  {
    wanted,
    say,
    hooks: hooksFor,
  }: Showing<LiveHooks & { readonly onLog: (source: string, line: string) => void; serving(url: string): void }>,
): Promise<LiveResult> {
  const plan = (): Promise<ServeOptions> => planLive({ ...request, durationS: wishes.durationS }, wishes.allowResize);
  const options = await plan();
  const screen = await serveScreen(options, TITLE, wanted, say);
  const hooks = hooksFor(screen?.say ?? say);
  const over = new AbortController();
  let following: Promise<Tuned | Error> | null = null;
  let url = '';
  const begin = async (at: string): Promise<Tuned> => {
    const client = await clientOf({ ...wishes.access, url: at });
    try {
      return await tuned(client, { ...wishes, durationS: undefined, detach: true }, over.signal, hooks);
    } finally {
      await client.close();
    }
  };
  const listener = {
    serving(at: string) {
      url = at;
      hooks.serving(at);
      following = begin(at).catch((error: Error) => error);
    },
    draining: () => over.abort(),
    lost: hooks.note,
  };
  const view = {
    listener: screen ? bothListen(listener, screen.listener) : listener,
    say: screen?.say ?? say,
    close: async () => screen?.close(),
  };
  const { failure, interrupted } = await runServe(options, argv, { view, onLog: hooks.onLog, planAgain: plan });
  over.abort();
  const outcome = await (following as Promise<Tuned | Error> | null);
  if (outcome instanceof Error) throw outcome;
  if (failure !== null) throw failure;
  if (outcome === null) throw new VoltanaError('INTERRUPTED', 'Interrupted before it was served.');
  const { governor } = options;
  const report = liveReport({ url, ...outcome, cluster: request.cluster, governor, prices: wishes.prices });
  return { report, interrupted };
}
