import { execa } from 'execa';
import { bundled } from './bundled.ts';

/** What one simulation took, and what it did. */
export interface OneRun {
  readonly wallS: number;
  /** User and system time of all threads: beside the wall it shows how busy the machine was with others. */
  readonly cpuS: number;
  readonly rssMiB: number;
  readonly iterations: number;
  readonly simulatedS: number;
  /** Ended in any way, without a tally. */
  readonly completed: number;
  readonly tokens: number;
  /** Fraction of requests within both SLOs. */
  readonly joint: number;
  /** Of all instances, until the end. */
  readonly energyJ: number;
}

export interface OneRunOptions {
  readonly governor?: string;
  readonly routing?: string;
  readonly requests: number;
  readonly rate: number;
  readonly pairs?: number;
  /** Whether gaps, tokens and meters are kept as `voltana simulate` keeps them; yes when left out. */
  readonly tally?: boolean;
}

const SCRIPT = new URL('one-run.ts', import.meta.url).pathname;
let built: Promise<string> | null = null;

/** Simulates in a process of its own, built as the product is. */
export async function oneRun(options: OneRunOptions): Promise<OneRun> {
  const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const { stdout } = await execa(process.execPath, [await (built ??= bundled(SCRIPT)), ...flags]);
  return JSON.parse(stdout) as OneRun;
}
