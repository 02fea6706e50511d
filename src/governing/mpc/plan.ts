/** Iterations to come; the clocks in question are numbered, slowest first. */
export interface PlanStep {
  readonly latencyMs: readonly number[];
  readonly energyJ: readonly number[];
  /** When it has to be done, on the same clock as `startMs`. */
  readonly deadlineMs: number;
}

/** A way of getting so far. */
interface Path {
  readonly doneMs: number;
  readonly energyJ: number;
  readonly first: number;
}

/** Paths kept after each step: more tell next to nothing apart. */
const MOST_PATHS = 48;

/** Of two paths, one that is later and costs more is of no use to anyone. */
function useful(paths: Path[]): Path[] {
  paths.sort((a, b) => a.doneMs - b.doneMs || a.energyJ - b.energyJ);
  const kept: Path[] = [];
  for (const path of paths) if (kept.length === 0 || path.energyJ < kept.at(-1)!.energyJ) kept.push(path);
  if (kept.length <= MOST_PATHS) return kept;
  return Array.from({ length: MOST_PATHS }, (_, i) => kept[Math.round((i * (kept.length - 1)) / (MOST_PATHS - 1))]!);
}

function extended(paths: readonly Path[], { latencyMs, energyJ, deadlineMs }: PlanStep, isFirst: boolean): Path[] {
  const next: Path[] = [];
  for (const path of paths) {
    for (let clock = 0; clock < latencyMs.length; clock++) {
      const doneMs = path.doneMs + latencyMs[clock]!;
      if (doneMs > deadlineMs) continue;
      next.push({ doneMs, energyJ: path.energyJ + energyJ[clock]!, first: isFirst ? clock : path.first });
    }
  }
  return useful(next);
}

/**
 * The clock of the first step in the sequence of least energy that keeps every deadline, one clock a step.
 * @returns its number, or null when no sequence keeps them all
 */
export function planFirst(startMs: number, steps: readonly PlanStep[]): number | null {
  let paths: Path[] = [{ doneMs: startMs, energyJ: 0, first: 0 }];
  for (const [index, step] of steps.entries()) paths = extended(paths, step, index === 0);
  return paths.at(-1)?.first ?? null;
}
