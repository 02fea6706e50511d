import { takesScreen } from './terminal.ts';

/** Nobody reads faster. */
const WRITE_EVERY_MS = 100;
const BACK_TO_THE_START = '\r\u001b[K';

/** A last line of a terminal that is written over; an empty text takes it away. */
export type StatusLine = (text: string) => void;

/** Null where lines stay, as in pipes. */
export function statusLine(stream: NodeJS.WriteStream = process.stderr, nowMs: () => number = () => performance.now()): StatusLine | null {
  if (!takesScreen(stream.isTTY)) return null;
  let writtenMs = -Infinity;
  return (text) => {
    if (text !== '' && nowMs() - writtenMs < WRITE_EVERY_MS) return;
    writtenMs = text === '' ? -Infinity : nowMs();
    stream.write(`${BACK_TO_THE_START}${text}`);
  };
}
