import type { Snapshot } from '../../domain/snapshot.ts';

/** What control complains of each second is told once; what comes back after a while is told anew. */
const TOLD_FOR_MS = 60_000;

/** Warnings that a snapshot has and those before it had not. */
export const newWarnings = (): ((snapshot: Snapshot) => readonly string[]) => {
  let before: readonly string[] = [];
  const toldAtMs = new Map<string, number>();
  return ({ atMs, warnings }) => {
    const fresh = warnings.filter((text) => !before.includes(text) && atMs - (toldAtMs.get(text) ?? -Infinity) >= TOLD_FOR_MS);
    before = warnings;
    for (const [text, at] of toldAtMs) if (atMs - at >= TOLD_FOR_MS) toldAtMs.delete(text);
    for (const text of fresh) toldAtMs.set(text, atMs);
    return [...new Set(fresh)];
  };
};
