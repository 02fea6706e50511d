import { emitKeypressEvents, type Interface, type Key } from 'node:readline';

/** How long the rest of an arrow key may take after its escape, as over ssh. */
const ESCAPE_MS = 50;

const nameOf = (text: string | undefined, { name, shift, ctrl, meta }: Key): string | null => {
  if (ctrl || (meta && name !== 'escape')) return null;
  if (name === 'tab') return shift ? 'shift-tab' : 'tab';
  return name !== undefined && name.length > 1 ? name : (text ?? null);
};

/**
 * Tells of each key by its character, or by its name as `up`, `escape`, `space`, `shift-tab`.
 * @param stdin a terminal, whose modes are somebody else's matter
 */
export const keyboard = (stdin: NodeJS.ReadStream, onKey: (key: string) => void) => {
  emitKeypressEvents(stdin, { escapeCodeTimeout: ESCAPE_MS } as unknown as Interface);
  stdin.pause();
  stdin.on('keypress', (text: string | undefined, key: Key) => {
    const name = nameOf(text, key);
    if (name !== null) onKey(name);
  });
  // A terminal that went away.
  stdin.on('error', () => undefined);
  return { listen: (): void => void stdin.resume(), deaf: (): void => void stdin.pause() };
};
