import { render, type Instance } from 'ink';
import type { ScreenState } from '../domain/screen.ts';
import type { Size } from './layout.ts';
import { panelsOf } from './panels.ts';
import { frameLayout, Screen } from './screen.tsx';
import { afterKey, QUIET_VIEW, type View } from './view.ts';

/** A terminal as the screen needs it; see adapters/host/surface. */
export interface Surface {
  /** What Ink draws on. It says nothing of the window's size: the frame is cut here. */
  readonly stdout: NodeJS.WriteStream;
  size(): Size;
  /** Wipes the window, so that what the terminal made of the old frame on a change of size is gone. */
  wipe(): void;
}

export interface OpenScreen {
  show(state: ScreenState): void;
  /** From now on keys come: says so on the screen. */
  takesKeys(): void;
  /** @param key as `view.ts` names them */
  press(key: string): void;
  /** Draws on a clean window: its size has changed, or something else has written on it. */
  redraw(): void;
  /** Leaves the last frame where it is, without what is about keys, and gives the cursor back. */
  close(): void;
}

const MAX_FPS = 10;

/**
 * Draws states on a surface until it is closed. Handles no signal.
 * @param onQuit called once, when the person before it has asked for the end twice
 */
export const openScreen = (surface: Surface, stdin: NodeJS.ReadStream, onQuit: () => void): OpenScreen => {
  let newest: ScreenState | null = null;
  let frozen: ScreenState | null = null;
  let view: View = QUIET_VIEW;
  let ink: Instance | null = null;
  const draw = (): void => {
    const state = frozen ?? newest;
    if (state === null) return;
    const frame = <Screen state={state} view={view} size={surface.size()} />;
    if (ink) ink.rerender(frame);
    else ink = render(frame, { stdout: surface.stdout, stdin, exitOnCtrlC: false, patchConsole: false, maxFps: MAX_FPS });
  };
  const close = (): void => {
    ink?.unmount();
    ink = null;
  };
  const redraw = (): void => {
    if (newest === null) return;
    // Ink counts the lines it has to take back, and a terminal that reflows makes that count wrong: begin anew.
    close();
    surface.wipe();
    draw();
  };
  const press = (key: string): void => {
    const state = frozen ?? newest;
    if (state === null) return;
    const before = view;
    view = afterKey(view, key, { panels: panelsOf(state), maxScroll: frameLayout(state, view, surface.size()).maxScroll });
    frozen = view.paused ? state : null;
    draw();
    if (view.quit === 'sent' && before.quit !== 'sent') onQuit();
  };
  return {
    show(state) {
      newest = state;
      if (frozen === null) draw();
    },
    takesKeys() {
      view = { ...view, keys: true };
      draw();
    },
    press,
    redraw,
    close() {
      view = { ...QUIET_VIEW, last: true, sort: view.sort, units: view.units, role: view.role };
      frozen = null;
      if (ink) draw();
      close();
    },
  };
};
