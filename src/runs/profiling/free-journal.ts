import { VoltanaError } from '../../domain/errors.ts';
import type { Processes } from '../../ports/processes.ts';
import type { Store } from '../../ports/store.ts';
import { parseJournal, writerOf } from './journal-lines.ts';

export interface JournalPorts {
  readonly store: Store;
  readonly kindOf: (file: string) => Promise<'file' | 'other' | 'missing'>;
  readonly processes: Processes;
}

/**
 * Reads a journal that is free to take; null where none is.
 * @throws VoltanaError FILE_UNREADABLE, FILE_UNWRITABLE while another process writes it, BAD_VALUE for what is no file
 */
export async function readFree(file: string, { store, kindOf, processes }: JournalPorts): Promise<string | null> {
  const kind = await kindOf(file);
  if (kind === 'missing') return null;
  if (kind === 'other') {
    throw new VoltanaError('BAD_VALUE', `${file} is no regular file, so it cannot be a journal`, {
      hint: 'Remove what is there, or give another --output or --resume.',
    });
  }
  const text = await store.read(file);
  const writer = writerOf(text);
  if (writer === null || (writer.pid === processes.self.pid && writer.startedAt === processes.self.startedAt)) return text;
  if (!processes.isAlive(writer)) return text;
  throw new VoltanaError('FILE_UNWRITABLE', `Another profile, process ${writer.pid}, is writing ${file}.`, {
    hint: `Wait for its end or give another --output; kill -INT ${writer.pid} ends it and keeps its points.`,
  });
}

/** What cannot be read as a journal may still be dear to somebody. */
function hasPoints(text: string, file: string): boolean {
  try {
    return parseJournal(text, file).points.length > 0;
  } catch {
    return true;
  }
}

const asideName = (file: string, count: number): string => file.replace(/(\.jsonl)?$/, `.previous${count === 1 ? '' : `-${count}`}.jsonl`);

/** Makes room for a new journal. Points that took GPU time are not lost to whoever forgot to resume, however often. */
export async function moveAside(file: string, ports: JournalPorts): Promise<string[]> {
  const text = await readFree(file, ports);
  if (text === null) return [];
  const notes = hasPoints(text, file) ? await keptAside(file, text, ports) : [];
  // Once more: whoever came in between has it now.
  await readFree(file, ports);
  await ports.store.remove(file);
  return notes;
}

async function keptAside(file: string, text: string, ports: JournalPorts): Promise<string[]> {
  const earlier: string[] = [];
  let aside = asideName(file, 1);
  while ((await ports.kindOf(aside)) !== 'missing') {
    earlier.push(aside);
    aside = asideName(file, earlier.length + 1);
  }
  await ports.store.write(aside, text);
  const others = earlier.length === 0 ? '' : `; still older ones: ${earlier.join(', ')}`;
  return [
    `an interrupted profile's points lay in ${file}; they are in ${aside} now (--resume ${aside} goes on with them instead)${others}`,
  ];
}
