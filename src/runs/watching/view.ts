import type { Snapshot } from '../../domain/snapshot.ts';
import { MS_PER_S } from '../../domain/units.ts';
import { servedText } from '../../reporting/snapshot.ts';
import { serveScreenOf } from '../../tui/serve-screen.ts';
import { afterServeEvent, initialServeState, type ServeEvent, type ServeState } from '../../tui/serve-state.ts';
import { jobScreen, type Say } from '../job-screen.ts';
import type { ScreenPorts } from '../screen-feed.ts';
import type { Time } from '../../ports/time.ts';
import { watchLines } from './lines.ts';
import type { WatchListener } from './watch.ts';

/** Shows a gateway that somebody else runs. */
export interface WatchView {
  readonly listener: WatchListener;
  /** For what a command has to say while it runs. */
  readonly say: Say;
  close(): Promise<void>;
}

/** A gateway whose answer takes longer shows an old picture. */
const OLD_AFTER_S = 2;

type WatchEvent = ServeEvent | { readonly kind: 'heard'; readonly snapshot: Snapshot; readonly atS: number };

interface WatchState {
  readonly serve: ServeState;
  readonly heardAtS: number;
}

const initialOf = (title: string, url: string, first: Snapshot): WatchState => {
  const { slo, governor, routing, cluster } = first;
  const name = cluster?.name ?? url;
  const outline = {
    title: `${title}: ${name}`,
    evidence: servedText(first),
    slo,
    launcher: '',
    governor,
    routing,
    warnings: [],
    watched: true,
  };
  const serve = afterServeEvent(initialServeState(outline), { kind: 'serving', url });
  return { serve: afterServeEvent(serve, { kind: 'observed', snapshot: first }), heardAtS: 0 };
};

const after = ({ serve, heardAtS }: WatchState, event: WatchEvent): WatchState =>
  event.kind === 'heard'
    ? { serve: afterServeEvent(serve, { kind: 'observed', snapshot: event.snapshot }), heardAtS: event.atS }
    : { serve: afterServeEvent(serve, event), heardAtS };

const draw = ({ serve, heardAtS }: WatchState, elapsedS: number) => {
  const old = serve.silent === null && serve.phase === 'serving' && elapsedS - heardAtS > OLD_AFTER_S;
  return serveScreenOf(
    old ? afterServeEvent(serve, { kind: 'silent', reason: 'the gateway takes long to answer', heardAtS }) : serve,
    elapsedS,
  );
};

/** One line for each thing that matters. */
export const plainWatchView = (url: string, time: Time, say: Say): WatchView => ({
  listener: watchLines(url, time, (line, level) => say(line, 'watch', level)),
  say,
  close: () => Promise.resolve(),
});

/** The live screen; lines from the moment at which it fails. @param title what goes on */
export function screenWatchView(title: string, url: string, first: Snapshot, ports: ScreenPorts, say: Say): WatchView {
  const { time } = ports;
  const startedAtMs = time.nowMs();
  const nowS = (): number => (time.nowMs() - startedAtMs) / MS_PER_S;
  const screen = jobScreen<WatchState, WatchEvent>('watching', { initial: initialOf(title, url, first), after, draw }, ports, say);
  // What goes wrong shows in the picture itself.
  const lines = watchLines(url, time, (line) => screen.say(line, 'watch'), false);
  return {
    listener: {
      observed(snapshot) {
        screen.tell({ kind: 'heard', snapshot, atS: nowS() });
        lines.observed(snapshot);
      },
      mapped: (maps) => screen.tell({ kind: 'mapped', maps }),
      silent(reason, forMs) {
        screen.tell({ kind: 'silent', reason, heardAtS: nowS() - forMs / MS_PER_S });
        lines.silent!(reason, forMs);
      },
    },
    say: screen.say,
    close() {
      screen.tell({ kind: 'ended' });
      return screen.close();
    },
  };
}
