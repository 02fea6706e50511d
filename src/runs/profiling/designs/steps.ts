/** Rows of the GEMMs (running requests of decode, prompt tokens of prefill) and what an iteration of them takes at the top clock. */
export interface Rung {
  readonly rows: number;
  readonly latencyMs: number;
}

/** Rungs of the first ladder lie so far apart: two steps of a staircase hardly ever lie between two of them. */
const LADDER_STEP = 64;
/** A step smaller than this is told by the fit as well. */
const STEP_PCT = 5;
/** How finely a step is located, relative to its rows. */
const RESOLUTION = 1 / 64;

const ladder = (largest: number): number[] => {
  const count = Math.floor(largest / LADDER_STEP);
  const rungs = Array.from({ length: count }, (_, i) => (i + 1) * LADDER_STEP);
  return largest > LADDER_STEP && rungs.at(-1) !== largest ? [...rungs, largest] : rungs;
};

interface Gap {
  readonly low: Rung;
  readonly high: Rung;
}

const gapsOf = (rungs: readonly Rung[]): Gap[] => {
  const ascending = [...rungs].sort((a, b) => a.rows - b.rows);
  return ascending.slice(1).map((high, i) => ({ low: ascending[i]!, high }));
};

const slopeOf = ({ low, high }: Gap): number => (high.latencyMs - low.latencyMs) / (high.rows - low.rows);

/** What latency rises by for a row more where there is no step: most gaps may hold one, two at least hold none. */
function usualSlope(gaps: readonly Gap[]): number {
  const slopes = gaps.map(slopeOf).sort((a, b) => a - b);
  return Math.max(0, slopes[1] ?? slopes[0] ?? 0);
}

const jumpPct = ({ low, high }: Gap, slope: number): number =>
  (100 * (high.latencyMs - low.latencyMs - slope * (high.rows - low.rows))) / low.latencyMs;

const isOpen = ({ low, high }: Gap): boolean => high.rows - low.rows > Math.max(1, low.rows * RESOLUTION);

/**
 * The next number of rows at which to look for the steps of the staircase, by bisection: none is assumed anywhere.
 * @param slope of the ladder, taken once: the halves of a bisected step would bend it
 * @returns null when every jump is located
 */
export function nextRung(rungs: readonly Rung[], largest: number): number | null {
  const missing = ladder(largest).find((rows) => !rungs.some((rung) => rung.rows === rows));
  if (missing !== undefined) return missing;
  const rungsOf = new Set(ladder(largest));
  const slope = usualSlope(gapsOf(rungs.filter(({ rows }) => rungsOf.has(rows))));
  const jumps = gapsOf(rungs)
    .filter((gap) => isOpen(gap) && jumpPct(gap, slope) > STEP_PCT)
    .sort((a, b) => jumpPct(b, slope) - jumpPct(a, slope));
  const [first] = jumps;
  return first ? Math.floor((first.low.rows + first.high.rows) / 2) : null;
}
