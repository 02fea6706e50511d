import type { Evaluation } from '../../domain/tuning.ts';
import { clusteredBound, type Cluster, type ProportionBound } from '../../statistics/proportion-bound.ts';

/** Fewer blocks than this know too little of their spread to be merged further. */
const FEWEST_MERGED = 8;
const MERGES = [1, 2, 5] as const;

/** Neighbouring blocks put together. */
function merged(blocks: readonly Cluster[], by: number): Cluster[] {
  const groups: Cluster[] = [];
  for (let i = 0; i < blocks.length; i += by) {
    const group = blocks.slice(i, i + by);
    groups.push({ met: group.reduce((total, { met }) => total + met, 0), of: group.reduce((total, { of }) => total + of, 0) });
  }
  return groups;
}

/** Blocks at several sizes, of all runs; a block never spans two runs. */
function views(runs: readonly (readonly Cluster[])[]): Cluster[][] {
  const all = MERGES.map((by) => runs.flatMap((blocks) => merged(blocks, by)));
  return all.filter((blocks, i) => i === 0 || blocks.length >= FEWEST_MERGED);
}

/**
 * One-sided bounds of the fraction of requests that keep both promises, over all runs of a configuration. Neighbours share their
 * fate, and so do neighbouring blocks where these are short: of several lengths of block the one that doubts most counts.
 */
export function attainmentBound(evaluations: readonly Pick<Evaluation, 'kept'>[], confidence: number): ProportionBound {
  const bounds = views(evaluations.map(({ kept }) => kept)).map((blocks) => clusteredBound(blocks, confidence));
  return { lower: Math.min(...bounds.map(({ lower }) => lower)), upper: Math.max(...bounds.map(({ upper }) => upper)) };
}

/** Null when nobody was asked anything. */
export function jointAttainment(evaluations: readonly Pick<Evaluation, 'kept'>[]): number | null {
  const [all] = merged(
    evaluations.flatMap(({ kept }) => kept),
    Infinity,
  );
  return all === undefined || all.of === 0 ? null : all.met / all.of;
}
