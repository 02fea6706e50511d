import { randomBytes } from 'node:crypto';
import { refuse } from '../../generation/asked.ts';

const LEAST = 2n ** 62n;
const SPAN = 2n ** 61n;
const INT64 = 2n ** 63n;
const BYTES = 8;

/**
 * An id that no double holds: between 2^62 and 2^63, where doubles lie 1024 apart. Whoever reads it as a number and
 * writes it again has another one.
 */
export const drawId = (): string => {
  const drawn = LEAST + (randomBytes(BYTES).readBigUInt64LE() % SPAN);
  return (drawn - (drawn % 1024n) + 513n + (drawn % 255n)).toString();
};

/** A 64-bit integer as it was written. @throws HttpError 400 */
export const idOf = (raw: string | null, name: string): string => {
  if (raw === null || raw === 'null') return refuse(`"disaggregated_params" has no "${name}"`);
  if (!/^\d{1,19}$/.test(raw) || BigInt(raw) >= INT64) return refuse(`"${name}" must be an integer in [0, 2^63)`);
  return BigInt(raw).toString();
};
