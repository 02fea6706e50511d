/**
 * Edit distance with insertions, deletions, substitutions and exchanges of two neighbours (optimal string alignment),
 * two rows back at most.
 */
const distance = (a: string, b: string): number => {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) next[j] = Math.min(next[j]!, before[j - 2]! + 1);
    }
    [before, row] = [row, next];
  }
  return row[b.length]!;
};

/** Further away than this is another word, not a slip of the finger. */
const reach = (word: string): number => Math.max(1, Math.floor(word.length / 2));

/** Nothing of ours is called this long: a longer word is no slip, and its distance would cost time for nothing. */
const LONGEST = 200;
/** A shorter beginning could mean too much. */
const SHORTEST_BEGINNING = 3;

/** The candidate that was probably meant, letter case aside: one slip away, or begun; null when none is near. The first of equals wins. */
export const nearest = (word: string, candidates: readonly string[]): string | null => {
  if (word.length > LONGEST) return null;
  const asked = word.toLowerCase();
  const ranked = candidates
    .map((candidate) => ({ candidate, edits: distance(asked, candidate.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits);
  const best = ranked[0];
  if (best !== undefined && best.edits <= reach(word)) return best.candidate;
  const begun = candidates.find((candidate) => candidate.toLowerCase().startsWith(asked));
  return asked.length >= SHORTEST_BEGINNING ? (begun ?? null) : null;
};
