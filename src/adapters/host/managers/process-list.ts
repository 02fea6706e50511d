import { basename } from 'node:path';
import { nulWords, type Tree } from './tree.ts';

export interface RunningProgram {
  readonly pid: number;
  /** Never empty. */
  readonly words: readonly string[];
}

/** Programs that run, without the threads of the kernel; those of other users too, where /proc shows them. */
export async function runningPrograms(tree: Tree, ignored: readonly number[]): Promise<RunningProgram[]> {
  const pids = (await tree.names('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const all = await Promise.all(
    pids
      .filter((pid) => !ignored.includes(pid))
      .map(async (pid) => ({ pid, words: nulWords((await tree.text(`/proc/${pid}/cmdline`)) ?? '') })),
  );
  return all.filter(({ words }) => words.length > 0).sort((a, b) => a.pid - b.pid);
}

const INTERPRETER = /^(python[\d.]*|node|bash|sh|dash)$/;

/** The names under which a process may be known: its program, and what an interpreter runs, `-m module` too. */
export function namesOf({ words }: RunningProgram): string[] {
  const [first = '', ...rest] = words;
  if (!INTERPRETER.test(basename(first))) return [basename(first)];
  const module = rest[rest.indexOf('-m') + 1];
  const script = rest.find((word) => !word.startsWith('-'));
  return [first, rest.includes('-m') ? module : undefined, script].filter((name) => name !== undefined).map((name) => basename(name));
}
