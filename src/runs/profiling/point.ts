import type { LaunchedInstance, Role } from '../../domain/instance.ts';
import type { ProfilePoint } from '../../domain/profile.ts';
import { MS_PER_S } from '../../domain/units.ts';
import type { PlannedPoint } from '../../ports/designer.ts';
import { ci95Pct, median, wholeBlocks, type Block, type Series } from './blocks.ts';
import type { MeasureSettings } from './settings.ts';

/** The meter that the blocks were measured with. */
export interface MeterFacts {
  readonly source: 'counter' | 'integrated';
  readonly uncertaintyPct: number;
}

/** Short slips of a clock that is read now and then. */
const HELD_FRACTION = 0.95;
/** How far counter and integrated power may be apart beyond the meter's own uncertainty. */
const APART_PCT = 3;
const LATE_FRACTION = 0.1;
const FEWEST_SAMPLES = 3;

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const rounded = (value: number): string => value.toFixed(1);

/** Fraction of the time for which something held. */
const fractionOf = (blocks: readonly Block[], holds: (block: Block) => boolean): number =>
  sum(blocks.filter(holds).map(({ durationMs }) => durationMs)) / sum(blocks.map(({ durationMs }) => durationMs));

/** Applied clocks by the time they held, most first. */
function appliedClocks(blocks: readonly Block[]): ProfilePoint['appliedClocks'] {
  const clocks = [...new Set(blocks.map(({ clock }) => Number(clock.appliedMhz)))];
  return clocks
    .map((mhz) => ({ mhz, fraction: fractionOf(blocks, ({ clock }) => clock.appliedMhz === mhz) }))
    .sort((a, b) => b.fraction - a.fraction || b.mhz - a.mhz);
}

/** Of the whole window: a meter that is renewed now and then is wrong about each block, but not about all of them together. */
const meanPowerW = (blocks: readonly Block[]): number =>
  sum(blocks.map(({ powerW, durationMs }) => powerW * durationMs)) / sum(blocks.map(({ durationMs }) => durationMs));

/** A limit that holds the clock down is no fault of the lock: the clock that it left is what was measured. */
function clockReasons(blocks: readonly Block[], clockMhz: number): string[] {
  if (blocks.some(({ clock }) => clock.lockedMhz !== clockMhz)) return [`the lock of ${clockMhz} MHz did not hold`];
  if (blocks.some(({ clock }) => clock.limitedBy === 'thermal')) return ['thermal slowdown'];
  const held = fractionOf(blocks, ({ clock }) => clock.appliedMhz === clockMhz || clock.throttled);
  return held >= HELD_FRACTION ? [] : [`the clock did not hold: ${appliedClocks(blocks)[0]!.mhz} MHz for ${clockMhz} MHz asked`];
}

function latencyReasons({ stable }: Series, interval: number | null, { unstablePct }: MeasureSettings): string[] {
  if (!stable) return ['unstable: the latency did not settle'];
  return interval !== null && interval > unstablePct ? [`unstable: the latency is known to ±${rounded(interval)} % only`] : [];
}

const NOT_WHOLE: Readonly<Record<Role, string>> = {
  decode: 'the running batch was not constant',
  prefill: 'the prompts were not computed together, or with others',
};

function loadReasons(role: Role, blocks: readonly Block[]): string[] {
  const constant = wholeBlocks(blocks).length * 2 > blocks.length;
  return [
    ...(constant ? [] : [NOT_WHOLE[role]]),
    ...(blocks.filter(({ queued }) => queued).length * 2 > blocks.length ? ['queueing: requests waited for work that is not ours'] : []),
    ...(fractionOf(blocks, ({ lateMs, durationMs }) => lateMs > durationMs * LATE_FRACTION) > 0.5 ? ['the client was too slow'] : []),
  ];
}

/** Energy of one iteration from power samples, and a reason where it contradicts the counter. */
function crossCheck(blocks: readonly Block[], energyJ: number, latencyMs: number, meter: MeterFacts) {
  const samples = blocks.flatMap(({ sampledW, durationMs }) => (sampledW === null ? [] : [{ sampledW, durationMs }]));
  if (meter.source !== 'counter' || samples.length < FEWEST_SAMPLES) return { integratedEnergyJ: null, reasons: [] };
  const meanW = sum(samples.map(({ sampledW, durationMs }) => sampledW * durationMs)) / sum(samples.map(({ durationMs }) => durationMs));
  const integratedEnergyJ = (meanW * latencyMs) / MS_PER_S;
  const apartPct = 100 * Math.abs(integratedEnergyJ / energyJ - 1);
  const agree = apartPct <= APART_PCT + meter.uncertaintyPct;
  return { integratedEnergyJ, reasons: agree ? [] : [`energy counter and integrated power are ${rounded(apartPct)} % apart`] };
}

/** What a series of blocks says of its operating point. */
export function pointOf(
  { id, role, gpuCount }: LaunchedInstance,
  planned: PlannedPoint,
  series: Series,
  settings: MeasureSettings,
  meter: MeterFacts,
): ProfilePoint {
  const whole = wholeBlocks(series.blocks);
  const blocks = whole.length > 0 ? whole : series.blocks;
  const latencies = blocks.map(({ latencyMs }) => latencyMs);
  const latencyMs = median(latencies);
  const powerW = meanPowerW(blocks);
  const energyJ = (powerW * latencyMs) / MS_PER_S;
  const interval = ci95Pct(latencies);
  const { integratedEnergyJ, reasons: energyReasons } = crossCheck(blocks, energyJ, latencyMs, meter);
  const reasons = [
    ...clockReasons(blocks, planned.clockMhz),
    ...latencyReasons(series, interval, settings),
    ...loadReasons(role, series.blocks),
    ...energyReasons,
  ];
  const applied = appliedClocks(blocks);
  const context = blocks.flatMap(({ contextTokens }) => (contextTokens === null ? [] : [contextTokens]));
  return {
    instance: id,
    phase: role,
    clockMhz: applied[0]!.mhz,
    requestedClockMhz: planned.clockMhz,
    batch: planned.batch,
    ...(role === 'decode' ? { contextTokens: sum(context) / context.length } : { promptTokens: planned.tokens }),
    latencyMs,
    powerW: powerW / gpuCount,
    energyJ,
    integratedEnergyJ,
    latencyCi95Pct: interval,
    appliedClocks: applied,
    samples: sum(blocks.map(({ iterations }) => iterations)),
    valid: reasons.length === 0,
    capped: blocks.some(({ clock }) => clock.throttled && clock.limitedBy !== 'thermal'),
    reasons,
    control: false,
  };
}

/** A load that the instance did not take. Nothing was measured, so its figures are 0. */
export const unmeasuredPoint = ({ id, role }: LaunchedInstance, planned: PlannedPoint, reason: string): ProfilePoint => ({
  instance: id,
  phase: role,
  clockMhz: planned.clockMhz,
  requestedClockMhz: planned.clockMhz,
  batch: planned.batch,
  ...(role === 'decode' ? { contextTokens: planned.tokens } : { promptTokens: planned.tokens }),
  latencyMs: 0,
  powerW: 0,
  energyJ: 0,
  integratedEnergyJ: null,
  latencyCi95Pct: null,
  appliedClocks: [],
  samples: 0,
  valid: false,
  capped: false,
  reasons: [reason],
  control: false,
});
