import { VoltanaError } from '../../domain/errors.ts';
import type { FitQuality, FittedInstance, FittedLevel } from '../../domain/profile.ts';
import type { LookupRow, LookupTable } from './lookup.ts';

/** Nothing was held out by us: the table's own `r_2` is of the points it was fitted to. */
export const UNKNOWN_QUALITY: FitQuality = { latencyMapePct: null, powerMapePct: null, r2: null, heldOutPoints: 0 };

const place = ({ clockMhz, batch }: LookupRow): string => `${clockMhz} MHz, batch ${batch.join(' to ')}`;

/** Both tables have a line for the same clocks and batches. @throws VoltanaError FILE_MALFORMED */
function checkSameLines(latency: LookupTable, energy: LookupTable): void {
  const [first, second] = [latency, energy].map(({ rows }) => new Set(rows.map(place))) as [Set<string>, Set<string>];
  const alone = [...first].find((one) => !second.has(one)) ?? [...second].find((one) => !first.has(one));
  if (alone === undefined) return;
  const lacking = first.has(alone) ? energy : latency;
  throw new VoltanaError('FILE_MALFORMED', `${lacking.fileName} has no line for ${alone}`, {
    hint: `${latency.fileName} and ${energy.fileName} must have lines for the same clocks and batches.`,
  });
}

function levelsOf(latency: LookupTable, energy: LookupTable, idleW: (clockMhz: number) => number): FittedLevel[] {
  const clocksMhz = [...new Set(latency.rows.map(({ clockMhz }) => clockMhz))];
  return clocksMhz.map((clockMhz) => ({
    clockMhz,
    idleW: idleW(clockMhz),
    segments: latency.rows.flatMap(({ batch, term, ...row }, i) =>
      row.clockMhz === clockMhz ? [{ batch, latencyMs: term, energyJ: energy.rows[i]!.term }] : [],
    ),
  }));
}

const spanOf = ({ rows }: LookupTable): readonly [number, number] => [
  rows.reduce((least, { batch }) => Math.min(least, batch[0]), Infinity),
  rows.reduce((most, { batch }) => Math.max(most, batch[1]), 0),
];

/**
 * A fitted instance from its two tables. They do not tell at how many tokens they were measured, so no answer of theirs is in range.
 * @param idleW all GPUs of the instance at a clock, which the tables do not tell either
 */
export function instanceFromLookup(latency: LookupTable, energy: LookupTable, idleW: (clockMhz: number) => number): FittedInstance {
  checkSameLines(latency, energy);
  return {
    instance: latency.phase,
    phase: latency.phase,
    range: { batch: latency.phase === 'decode' ? spanOf(latency) : [1, 1], tokens: [0, 0] },
    model: 'segments',
    crossValidation: { segments: UNKNOWN_QUALITY, physics: null },
    intervals: null,
    levels: levelsOf(latency, energy, idleW),
    physics: null,
  };
}
