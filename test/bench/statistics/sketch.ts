import { execa } from 'execa';

export interface SketchRun {
  /** Peak, the runtime and its compiler included, when all quantiles of the sketch had been told. */
  readonly rssMiB: number;
  readonly ps: readonly number[];
  readonly estimates: readonly number[];
  readonly exact: readonly number[];
}

const SCRIPT = new URL('sketch-child.ts', import.meta.url).pathname;

/** So many token gaps through one sketch in a process of its own. */
export async function sketchRun(events: number): Promise<SketchRun> {
  const { stdout } = await execa(process.execPath, ['--import=tsx', SCRIPT, String(events)]);
  return JSON.parse(stdout) as SketchRun;
}

export const worstErrorPct = ({ estimates, exact }: SketchRun): number =>
  Math.max(...estimates.map((estimate, i) => 100 * Math.abs(estimate / exact[i]! - 1)));
