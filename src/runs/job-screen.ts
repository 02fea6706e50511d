import type { ScreenState } from '../domain/screen.ts';
import { MS_PER_S } from '../domain/units.ts';
import type { LogLevel } from '../reporting/log-line.ts';
import { ScreenFeed, type ScreenPorts } from './screen-feed.ts';

/** How a command speaks while it works. */
export type Say = (text: string, phase: string, level?: LogLevel) => void;

/** What becomes a screen: events change a state, and a state is drawn. Both are pure. */
export interface Picture<State, Event> {
  readonly initial: State;
  readonly after: (state: State, event: Event) => State;
  readonly draw: (state: State, elapsedS: number) => ScreenState;
}

/** A warning that a command gives while its screen is there. */
export interface Noted {
  readonly kind: 'noted';
  readonly text: string;
}

/** A command's screen while it works. */
export interface JobScreen<Event> {
  readonly tell: (event: Event) => void;
  /** In the place of the command's own: the screen shows what lines would say. Warnings are said again below its last frame. */
  readonly say: Say;
  /** For what has to be read below the last frame in any case. */
  readonly sayBelow: Say;
  /** Leaves the last frame on the terminal. */
  close(): Promise<void>;
}

/** @param what goes on, for the message when its screen fails */
export function jobScreen<State, Event>(
  what: string,
  { initial, after, draw }: Picture<State, Event | Noted>,
  ports: ScreenPorts,
  say: Say,
): JobScreen<Event> {
  const { time } = ports;
  const startedAtMs = time.nowMs();
  let state = initial;
  const tell = (event: Event | Noted): void => {
    state = after(state, event);
  };
  const feed = new ScreenFeed(what, () => draw(state, (time.nowMs() - startedAtMs) / MS_PER_S), ports);
  return {
    tell,
    say(text, phase, level = 'info') {
      if (level === 'debug') return say(text, phase, level);
      if (level === 'warn') tell({ kind: 'noted', text });
      feed.swallow(() => say(text, phase, level), level === 'warn');
    },
    sayBelow: (text, phase, level = 'info') => feed.swallow(() => say(text, phase, level), true),
    close: () => feed.close(),
  };
}
