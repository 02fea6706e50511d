import { resolve } from 'node:path';
import { openSignal } from '../adapters/host/signal-source.ts';
import { realTime } from '../adapters/host/real-time.ts';
import { openAiKey } from '../adapters/host/variables.ts';
import { createTuningClient } from '../adapters/load/tuning-client.ts';
import { fileStore } from '../adapters/host/fs-store.ts';
import { onReload } from '../adapters/host/signals.ts';
import { VoltanaError } from '../domain/errors.ts';
import type { LiveReport } from '../domain/live-report.ts';
import type { AuditEntry } from '../domain/live-tuning.ts';
import type { TuningPrices } from '../domain/tuning.ts';
import type { PaceName, TuningOrder, TuningView } from '../domain/tuning-orders.ts';
import type { TuningClient } from '../ports/tuning-client.ts';
import { follow, type FollowListener } from '../runs/tuning/follow.ts';
import { liveReport } from '../runs/tuning/live-report.ts';
import { keyIn } from './bench-access.ts';
import { underSignals } from './signals.ts';
import { planServe, runServe, type ServeOptions, type ServeRequest } from './serving.ts';

export type { LiveReport, TuningView };

export interface LiveAccess {
  readonly url: string;
  readonly apiKeyFile: string | undefined;
  readonly caFile: string | undefined;
  readonly insecure: boolean | undefined;
}

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

async function clientOf({ url, apiKeyFile, caFile, insecure }: LiveAccess): Promise<TuningClient> {
  const apiKey = apiKeyFile === undefined ? openAiKey() : await keyIn(apiKeyFile);
  const ca = caFile === undefined ? undefined : await fileStore().read(caFile);
  return createTuningClient({ url, apiKey, tls: { ca, insecure } });
}

/** One order to a gateway, or a look at it. @throws VoltanaError as `TuningClient` does */
export async function orderLive(access: LiveAccess, order: TuningOrder | null): Promise<TuningView> {
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
export const startLive = (access: LiveAccess, wishes: LiveWishes): Promise<TuningView> => orderLive(access, startOf(wishes));

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

/** `tune --live --url`: until the signal, or its time is up. @throws VoltanaError */
export const tuneGateway = (access: LiveAccess, wishes: LiveWishes, hooks: LiveHooks): Promise<LiveResult> =>
  underSignals('live tuning', async (signal) => {
    const client = await clientOf(access);
    try {
      const { view, audit } = await tuned(client, wishes, signal, hooks);
      const report = liveReport({ url: client.url, view, audit, cluster: null, governor: 'slo', prices: wishes.prices });
      return { report, interrupted: signal.aborted ? (signal.reason as VoltanaError) : null };
    } finally {
      await client.close();
    }
  });

export interface ClusterWishes extends LiveWishes {
  /** What nobody needs may rest at its lowest clock. */
  readonly allowResize: boolean;
  readonly access: Omit<LiveAccess, 'url'>;
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
  hooks: LiveHooks & { readonly onLog: (source: string, line: string) => void; serving(url: string): void },
): Promise<LiveResult> {
  const plan = (): Promise<ServeOptions> => planLive({ ...request, durationS: wishes.durationS }, wishes.allowResize);
  const options = await plan();
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
  const view = { listener, close: () => Promise.resolve() };
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
