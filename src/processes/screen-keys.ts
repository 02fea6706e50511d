import { keyboard } from '../adapters/host/keyboard.ts';
import { keyModes, ownsTerminal, restoreModes } from '../adapters/launch/local/terminal-modes.ts';

/** Nobody tells when a job that runs in the background comes to the front. */
const LOOK_MS = 1000;

interface Listener {
  onKey(key: string): void;
  /** The terminal is ours again after somebody else had it. */
  onReturn(): void;
}

/**
 * Reads keys while the terminal is ours, and gives its modes back whenever it is not: on Ctrl-Z, in the background, at the end.
 * @param saved modes of the terminal, as `stty -g` says them
 * @returns whether keys come, and what ends it
 */
export const screenKeys = (saved: string, { onKey, onReturn }: Listener): { readonly works: boolean; end(): void } => {
  const keys = keyboard(process.stdin, onKey);
  let listening = false;
  let suspended = false;
  const take = (): boolean => {
    if (!listening && keyModes()) {
      keys.listen();
      listening = true;
    }
    return listening;
  };
  const give = (): void => {
    keys.deaf();
    if (listening) restoreModes(saved);
    listening = false;
  };
  const looks = setInterval(() => {
    if (!suspended && !listening && take()) onReturn();
  }, LOOK_MS);
  // Our parent stops and sends nothing more: we need not. A stop of our own could come after the SIGCONT that is to end it.
  process.on('SIGTSTP', () => {
    suspended = true;
    give();
  });
  process.on('SIGCONT', () => {
    // Before anything is read: in the background that would stop the whole job.
    keys.deaf();
    suspended = false;
    listening = false;
    if (!ownsTerminal()) return;
    take();
    onReturn();
  });
  const works = take();
  return {
    works,
    end() {
      clearInterval(looks);
      give();
    },
  };
};
