import type { ClusterFile } from '../../domain/cluster.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import { MS_PER_S } from '../../domain/units.ts';
import { afterServeEvent, initialServeState, type ServeEvent, type ServeOutline } from '../../tui/serve-state.ts';
import { serveScreenOf } from '../../tui/serve-screen.ts';
import { ScreenFeed, type ScreenPorts } from '../screen-feed.ts';
import type { ServeOptions } from './options.ts';
import type { ServeListener } from './serve-ports.ts';

/** Shows a served cluster while it runs. */
export interface ServeView {
  readonly listener: ServeListener;
  close(): Promise<void>;
}

type Say = (line: string, phase: string) => void;

const EVIDENCE: Readonly<Record<string, string>> = { emulated: 'emulated: modelled joules' };

const launcherText = ({ launcher, engine }: ClusterFile): string =>
  launcher.kind === 'attach' ? `attached to running ${engine.kind} engines` : `${engine.kind} engines launched by ${launcher.kind}`;

const outlineOf = ({ cluster, governor, routing, warnings }: ServeOptions): ServeOutline => ({
  title: `voltana serve: ${cluster.name}`,
  evidence: `${EVIDENCE[cluster.engine.kind] ?? 'live traffic'}; ${cluster.model} on ${cluster.gpu}`,
  slo: cluster.slo,
  launcher: launcherText(cluster),
  governor,
  routing,
  warnings,
});

const changeText = (added: readonly string[], retired: readonly string[]): string => {
  if (added.length + retired.length === 0) return 'cluster: read again, nothing has changed';
  const parts = [
    added.length > 0 ? `${added.join(', ')} joined` : '',
    retired.length > 0 ? `${retired.join(', ')} finish what they have and leave` : '',
  ];
  return `cluster: ${parts.filter(Boolean).join('; ')}`;
};

/** What control complains of each second is told once; what comes back after a while is told anew. */
const TOLD_FOR_MS = 60_000;

/** Warnings that a snapshot has and those before it had not. */
const newWarnings = (): ((snapshot: Snapshot) => readonly string[]) => {
  let before: readonly string[] = [];
  const toldAtMs = new Map<string, number>();
  return ({ atMs, warnings }) => {
    const fresh = warnings.filter((text) => !before.includes(text) && atMs - (toldAtMs.get(text) ?? -Infinity) >= TOLD_FOR_MS);
    before = warnings;
    for (const [text, at] of toldAtMs) if (atMs - at >= TOLD_FOR_MS) toldAtMs.delete(text);
    for (const text of fresh) toldAtMs.set(text, atMs);
    return [...new Set(fresh)];
  };
};

/** One line for each thing that happens. */
const plainServeListener = ({ cluster, governor, routing, warnings }: ServeOptions, say: Say): ServeListener => {
  for (const warning of warnings) say(`warning: ${warning}`, 'serve');
  const freshOf = newWarnings();
  return {
    launched: (instances, seconds) =>
      say(`cluster: ${instances.map(({ id }) => id).join(', ')}: ${launcherText(cluster)}, up in ${seconds.toFixed(1)} s`, 'start'),
    serving: (url) =>
      say(`gateway: ${url}/v1 takes OpenAI requests, governor ${governor}, routing ${routing}; Ctrl-C drains and ends`, 'serve'),
    observed(snapshot) {
      for (const warning of freshOf(snapshot)) if (!warnings.includes(warning)) say(`warning: ${warning}`, 'serve');
    },
    lost: (reason) => say(`warning: ${reason}; the others go on`, 'serve'),
    changed: (added, retired) => say(changeText(added, retired), 'serve'),
    notChanged: (reason) => say(`warning: the cluster stays as it was: ${reason}`, 'serve'),
    draining: (why) =>
      say(why === 'signal' ? 'draining: what is under way ends, nothing new is taken' : 'its time is up: draining', 'drain'),
  };
};

const tellOf = (tell: (event: ServeEvent) => void): ServeListener => ({
  launched: (instances, seconds) => tell({ kind: 'launched', instances, seconds }),
  serving: (url) => tell({ kind: 'serving', url }),
  observed: (snapshot) => tell({ kind: 'observed', snapshot }),
  lost: (reason) => tell({ kind: 'lost', reason }),
  notChanged: (reason) => tell({ kind: 'lost', reason }),
  draining: () => tell({ kind: 'draining' }),
});

const HEARD = ['launched', 'serving', 'observed', 'lost', 'changed', 'notChanged', 'draining'] as const satisfies (keyof ServeListener)[];

/** Each hears everything. */
const bothListen = (one: ServeListener, other: ServeListener): ServeListener => {
  const tell =
    (event: (typeof HEARD)[number]) =>
    (...told: readonly unknown[]): void => {
      for (const listener of [one, other]) (listener[event] as ((...told: readonly unknown[]) => void) | undefined)?.(...told);
    };
  return Object.fromEntries(HEARD.map((event) => [event, tell(event)]));
};

export const plainServeView = (options: ServeOptions, say: Say): ServeView => ({
  listener: plainServeListener(options, say),
  close: () => Promise.resolve(),
});

/** The live screen; lines from the moment at which it fails. */
export const screenServeView = (options: ServeOptions, ports: ScreenPorts): ServeView => {
  const { time } = ports;
  const startedAtMs = time.nowMs();
  let state = initialServeState(outlineOf(options));
  const tell = (event: ServeEvent): void => {
    state = afterServeEvent(state, event);
  };
  const feed = new ScreenFeed('serve', () => serveScreenOf(state, (time.nowMs() - startedAtMs) / MS_PER_S), ports);
  const shown = tellOf(tell);
  const lines = plainServeListener(options, (line) => feed.say(line));
  return {
    listener: bothListen(shown, lines),
    close() {
      tell({ kind: 'ended' });
      return feed.close();
    },
  };
};
