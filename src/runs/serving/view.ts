import type { ClusterFile } from '../../domain/cluster.ts';
import { afterServeEvent, initialServeState, type ServeEvent, type ServeOutline, type ServeState } from '../../tui/serve-state.ts';
import { serveScreenOf } from '../../tui/serve-screen.ts';
import { jobScreen, type Say } from '../job-screen.ts';
import type { ScreenPorts } from '../screen-feed.ts';
import { newWarnings } from './new-warnings.ts';
import type { ServeOptions } from './options.ts';
import type { ServeListener } from './serve-ports.ts';

/** Shows a served cluster while it runs. */
export interface ServeView {
  readonly listener: ServeListener;
  /** For what a command has to say while it runs. */
  readonly say: Say;
  close(): Promise<void>;
}

const EVIDENCE: Readonly<Record<string, string>> = { emulated: 'emulated: modelled joules' };

const launcherText = ({ launcher, engine }: ClusterFile): string =>
  launcher.kind === 'attach' ? `attached to running ${engine.kind} engines` : `${engine.kind} engines launched by ${launcher.kind}`;

const outlineOf = ({ cluster, governor, routing, warnings }: ServeOptions, title: string): ServeOutline => ({
  title: `${title}: ${cluster.name}`,
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
  mapped: (maps) => tell({ kind: 'mapped', maps }),
  lost: (reason) => tell({ kind: 'lost', reason }),
  notChanged: (reason) => tell({ kind: 'lost', reason }),
  draining: () => tell({ kind: 'draining' }),
});

const HEARD = [
  'launched',
  'serving',
  'observed',
  'mapped',
  'lost',
  'changed',
  'notChanged',
  'draining',
] as const satisfies (keyof ServeListener)[];

/** Each hears everything. */
export const bothListen = (one: ServeListener, other: ServeListener): ServeListener => {
  const tell =
    (event: (typeof HEARD)[number]) =>
    (...told: readonly unknown[]): void => {
      for (const listener of [one, other]) (listener[event] as ((...told: readonly unknown[]) => void) | undefined)?.(...told);
    };
  return Object.fromEntries(HEARD.map((event) => [event, tell(event)]));
};

export const plainServeView = (options: ServeOptions, say: Say): ServeView => ({
  listener: plainServeListener(options, say),
  say,
  close: () => Promise.resolve(),
});

/** The live screen; lines from the moment at which it fails. @param title what goes on */
export const screenServeView = (options: ServeOptions, title: string, ports: ScreenPorts, say: Say): ServeView => {
  const picture = { initial: initialServeState(outlineOf(options, title)), after: afterServeEvent, draw: serveScreenOf };
  const screen = jobScreen<ServeState, ServeEvent>('serve', picture, ports, say);
  // What goes wrong shows in the picture itself.
  const lines = plainServeListener(options, (line, phase) => screen.say(line, phase));
  return {
    listener: bothListen(tellOf(screen.tell), lines),
    say: screen.say,
    close() {
      screen.tell({ kind: 'ended' });
      return screen.close();
    },
  };
};
