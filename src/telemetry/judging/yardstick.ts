/** What is known of a metric before anybody measures it: what a change in it is worth, and what chance does to it. */
export interface Yardstick {
  readonly better: 'lower' | 'higher';
  /** `ratio`: changes are told in percent of the baseline; `points`: a fraction, whose changes are told in percentage points. */
  readonly scale: 'ratio' | 'points';
  /** A change of no more than this is no change for anybody: percent of the baseline, or percentage points. */
  readonly practicalPct: number;
  /**
   * Standard deviation, in the same unit, of what a run does to all of its figures at once and cannot know of itself: the
   * temperature of the room, the placement of pages, the neighbours.
   */
  readonly runSpreadPct: number;
}

const lower = (practicalPct: number, runSpreadPct: number): Yardstick => ({
  better: 'lower',
  scale: 'ratio',
  practicalPct,
  runSpreadPct,
});

/**
 * Restarted runs of one configuration on the same GPU differ by 0.5 to 1 % in energy through temperature and leakage alone; the larger
 * counts, since an alarm that is none costs more than a run more, and a tenth more for a rig that drifts from one run to the next.
 */
const ENERGY = lower(1, 1.1);

/** Latencies move with how requests happen to meet in batches: the more so, the fewer requests a figure rests on. */
const LATENCY: Readonly<Record<string, Yardstick>> = {
  mean: lower(3, 2),
  p50: lower(3, 2),
  p90: lower(5, 3),
  p95: lower(5, 4),
  p99: lower(10, 6),
  max: lower(10, 10),
};

const SLO: Yardstick = { better: 'higher', scale: 'points', practicalPct: 1, runSpreadPct: 0.5 };
const GOODPUT: Yardstick = { better: 'higher', scale: 'ratio', practicalPct: 2, runSpreadPct: 1 };
const ERRORS: Yardstick = { ...SLO, better: 'lower' };

/** @param name of a metric, see METRIC_NAMES */
export const yardstickOf = (name: string): Yardstick => {
  const [family = '', statistic = ''] = name.split('.');
  if (family === 'energy' || family === 'power') return ENERGY;
  if (family === 'slo') return SLO;
  if (family === 'errors') return ERRORS;
  return family === 'goodput' || family === 'throughput' ? GOODPUT : (LATENCY[statistic] ?? lower(10, 10));
};
