import type { EngineCard, GpuCard, ModelCard } from '../../domain/cards.ts';
import { VoltanaError } from '../../domain/errors.ts';
import type { FittedDocument } from '../../domain/profile.ts';
import { clockTable } from '../../emulation/device.ts';
import type { GovernorId } from '../../governing/registry.ts';
import { kvBytesPerToken, kvCapacityTokens, weightBytes } from '../../prediction/analytic/device.ts';
import { parseFixedClocks } from '../demo/checks.ts';
import { checkFixedClocks } from '../serving/fleet.ts';
import type { ClockPair } from './options.ts';

/** No clock below this is chosen unless somebody lists it, or has profiled it. */
const LOWEST_MHZ = 690;

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;

/**
 * The weights, and the KV of one short request beside them: with less no engine admits anything.
 * @throws VoltanaError DOES_NOT_FIT with the arithmetic
 */
export function checkRoom(gpu: GpuCard, model: ModelCard, engine: EngineCard, tp: number): void {
  const needed = engine.reservedDecodeTokens + 1;
  const room = kvCapacityTokens(gpu, model, engine, tp);
  if (room >= needed) return;
  const usable = gpu.hbmBytes * tp * engine.memoryFraction;
  const kv = needed * kvBytesPerToken(model);
  throw new VoltanaError(
    'DOES_NOT_FIT',
    `${gigabytes(weightBytes(model, tp))} of weights (${model.id}) and ${gigabytes(kv)} of KV for one request (${needed} tokens) exceed the ${gigabytes(usable)} that ${engine.id} fills of ${tp} x ${gpu.id} (${engine.memoryFraction} of ${gigabytes(gpu.hbmBytes * tp)})`,
    { hint: 'Use more GPUs per instance (--tp), a larger GPU or a smaller model.' },
  );
}

const FIXED: readonly GovernorId[] = ['fixed'];
const CLOCKLESS: readonly GovernorId[] = ['max'];

export interface AskedClocks {
  /** What governors may choose from, ascending. */
  readonly clocksMhz: readonly number[];
  readonly fixedMhz: ClockPair | null;
}

const ascending = (values: readonly number[]): number[] => [...new Set(values)].sort((a, b) => a - b);

/** `1005,1410`, ascending and without doubles. @throws VoltanaError BAD_VALUE, CLOCK_OUTSIDE_CARD */
function clockList(text: string, table: readonly number[]): number[] {
  const parts = text.split(',').map((part) => (/^\s*\d+\s*$/.test(part) ? Number(part) : NaN));
  if (parts.some(Number.isNaN))
    throw new VoltanaError('BAD_VALUE', `--clocks ${text} is no list of clocks`, {
      hint: 'Give them as 1005,1410, or leave --clocks out for all.',
    });
  const unknown = parts.filter((clockMhz) => !table.includes(clockMhz));
  if (unknown.length === 0) return ascending(parts);
  throw new VoltanaError('CLOCK_OUTSIDE_CARD', `--clocks ${text} names ${unknown.join(' and ')} MHz, which this GPU has not`, {
    hint: `Its table is ${table[0]}..${table.at(-1)} MHz in steps of ${table[1]! - table[0]!}.`,
  });
}

/** The clock or pair of governor `fixed`. @throws VoltanaError BAD_VALUE, CLOCK_OUTSIDE_CARD */
function fixedClocks(text: string | undefined, table: readonly number[]): ClockPair {
  const hint = 'Give one with --clocks MHZ or --clocks PREFILL:DECODE.';
  if (text === undefined) throw new VoltanaError('BAD_VALUE', 'governor fixed needs a clock', { hint });
  if (text.includes(','))
    throw new VoltanaError('BAD_VALUE', `governor fixed holds one clock, and --clocks ${text} lists several`, { hint });
  const pair = parseFixedClocks(text);
  checkFixedClocks(pair, table);
  return pair;
}

/** The lowest clock that every instance of a fit knows. */
export const profiledMhz = (fitted: FittedDocument | null): number | null =>
  fitted && Math.max(...fitted.instances.map(({ levels }) => levels[0]!.clockMhz));

/** What governors choose from unless somebody says otherwise. @param profiledMhz the lowest clock that a fit knows; null without a fit */
export function usualClocks(table: readonly number[], profiledMhz: number | null): readonly number[] {
  const usual = table.filter((clockMhz) => clockMhz >= (profiledMhz ?? LOWEST_MHZ));
  return usual.length > 0 ? usual : table;
}

/**
 * What `--clocks` means to a governor.
 * @param profiledMhz the lowest clock that a fit knows; null without a fit
 * @throws VoltanaError BAD_FLAG, BAD_VALUE, CLOCK_OUTSIDE_CARD
 */
export function askedClocks(governor: GovernorId, text: string | undefined, gpu: GpuCard, profiledMhz: number | null): AskedClocks {
  const table = clockTable(gpu);
  if (FIXED.includes(governor)) {
    const fixedMhz = fixedClocks(text, table);
    return { clocksMhz: ascending(Object.values(fixedMhz)), fixedMhz };
  }
  if (text === undefined) return { clocksMhz: usualClocks(table, profiledMhz), fixedMhz: null };
  if (CLOCKLESS.includes(governor)) {
    throw new VoltanaError('BAD_FLAG', `--clocks ${text} is for governors that choose, and ${governor} always runs at the highest`, {
      hint: 'Leave --clocks out, or hold a clock with --governor fixed.',
    });
  }
  if (text.includes(':')) {
    throw new VoltanaError('BAD_VALUE', `--clocks ${text} is a pair for governor fixed, and the governor is ${governor}`, {
      hint: 'Give a list such as 1005,1410, or add --governor fixed.',
    });
  }
  return { clocksMhz: clockList(text, table), fixedMhz: null };
}
