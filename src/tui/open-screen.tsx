import { render, type Instance } from 'ink';
import type { ScreenState } from '../domain/screen.ts';
import type { Size } from './layout.ts';
import { Screen } from './screen.tsx';

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
  resized(): void;
  /** Leaves the last frame where it is and gives the cursor back. */
  close(): void;
}

const MAX_FPS = 10;

/** Draws states on a surface until it is closed. Reads no keys and handles no signal. */
export const openScreen = (surface: Surface, stdin: NodeJS.ReadStream): OpenScreen => {
  let last: ScreenState | null = null;
  let ink: Instance | null = null;
  const frame = (state: ScreenState) => <Screen state={state} size={surface.size()} />;
  const draw = (state: ScreenState): void => {
    if (ink) ink.rerender(frame(state));
    else ink = render(frame(state), { stdout: surface.stdout, stdin, exitOnCtrlC: false, patchConsole: false, maxFps: MAX_FPS });
  };
  const close = (): void => {
    ink?.unmount();
    ink = null;
  };
  return {
    show(state) {
      last = state;
      draw(state);
    },
    resized() {
      if (last === null) return;
      // Ink counts the lines it has to take back, and a terminal that reflows makes that count wrong: begin anew.
      close();
      surface.wipe();
      draw(last);
    },
    close,
  };
};
