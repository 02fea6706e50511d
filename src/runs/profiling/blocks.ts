import { quantile } from '../../statistics/quantile.ts';
import type { ClockReading } from '../../domain/clock.ts';
import type { MeasureSettings } from './settings.ts';

/** A run of whole iterations: one reading of everything. */
export interface Block {
  readonly durationMs: number;
  /** Of one iteration. */
  readonly latencyMs: number;
  readonly iterations: number;
  /** All GPUs of the instance, from the energy counter. */
  readonly powerW: number;
  /** The same from power samples taken while it ran; null where none could be. */
  readonly sampledW: number | null;
  readonly clock: ClockReading;
  /** Decode: KV tokens of a running request, mean. */
  readonly contextTokens: number | null;
  /** The batch that was asked for ran all the time. */
  readonly whole: boolean;
  /** How late we looked, beyond what was meant. */
  readonly lateMs: number;
  /** Requests waited longer than their own iterations explain. */
  readonly queued: boolean;
}

export interface Series {
  /** From where the latency was stable on. */
  readonly blocks: readonly Block[];
  readonly stable: boolean;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5)!;

/** Where the latency has been stable since: the last readings lie close to their median. Null while they do not. */
export function stableFrom(
  latenciesMs: readonly number[],
  { readings, tolerancePct }: NonNullable<MeasureSettings['stable']>,
): number | null {
  if (latenciesMs.length < readings) return null;
  const last = latenciesMs.slice(-readings);
  const centre = median(last);
  const within = last.every((ms) => Math.abs(ms - centre) <= (centre * tolerancePct) / 100);
  return within ? latenciesMs.length - readings : null;
}

/** Of readings around their median: the scale of the median absolute deviation, which a few outliers do not move, and the median's efficiency. */
const NORMAL = { scale: 1.4826, medianEfficiency: 1.2533 };
/** Student's 97.5 % quantile by degrees of freedom: few readings know their own spread badly. */
const STUDENT = [NaN, 12.71, 4.3, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26];
const FEWEST_READINGS = 3;
/** The median absolute deviation of few readings is too small by about so much. */
const correctionOf = (readings: number): number => readings / (readings - 0.8);

/** What the values rise by from one to the next, whatever a few outliers do (Theil and Sen): KV grows while it is measured. */
function slopeOf(values: readonly number[]): number {
  const slopes: number[] = [];
  for (let i = 0; i < values.length; i++) for (let j = i + 1; j < values.length; j++) slopes.push((values[j]! - values[i]!) / (j - i));
  return median(slopes);
}

/** Half width of the 95 % interval of the median (percent), a steady rise apart; null for fewer than three readings. */
export function ci95Pct(values: readonly number[]): number | null {
  if (values.length < FEWEST_READINGS) return null;
  const centre = median(values);
  const slope = values.length > FEWEST_READINGS ? slopeOf(values) : 0;
  const level = values.map((value, i) => value - slope * i);
  const middle = median(level);
  const deviation = NORMAL.scale * median(level.map((value) => Math.abs(value - middle)));
  // The level and, from four readings on, the slope are known from the same readings.
  const freedom = values.length - (slope === 0 ? 1 : 2);
  const error = (NORMAL.medianEfficiency * deviation * correctionOf(values.length)) / Math.sqrt(values.length);
  return (100 * (STUDENT[freedom] ?? 2.1) * error) / centre;
}

export const wholeBlocks = (blocks: readonly Block[]): Block[] => blocks.filter(({ whole }) => whole);

const durationMs = (blocks: readonly Block[]): number => blocks.reduce((sum, block) => sum + block.durationMs, 0);

function enough(blocks: readonly Block[], { minBlocks, minMs, precisionPct }: MeasureSettings): boolean {
  const whole = wholeBlocks(blocks);
  if (whole.length < minBlocks || durationMs(whole) < minMs) return false;
  const interval = ci95Pct(whole.map(({ latencyMs }) => latencyMs));
  return interval === null || interval <= precisionPct;
}

/**
 * Takes blocks at one load and clock until the latency is stable and known well enough, or the point's time is up. What
 * came before it was stable has warmed the device up and does not count.
 */
export async function takeSeries(take: () => Promise<Block>, settings: MeasureSettings): Promise<Series> {
  const blocks: Block[] = [];
  let from = settings.stable === null ? 0 : null;
  while (durationMs(blocks) < settings.limitMs) {
    blocks.push(await take());
    if (settings.stable !== null) {
      from ??= stableFrom(
        blocks.map(({ latencyMs }) => latencyMs),
        settings.stable,
      );
    }
    if (from !== null && enough(blocks.slice(from), settings)) break;
  }
  return { blocks: blocks.slice(from ?? 0), stable: from !== null };
}
