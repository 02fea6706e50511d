import { VoltanaError } from '../../../domain/errors.ts';
import type { Limits, PackageLimits } from './limits.ts';

const FORMAT = 'cpufreq-1';

export const writeBefore = (policies: PackageLimits): string => JSON.stringify({ format: FORMAT, policies });

const parsed = (text: string): { readonly format?: unknown; readonly policies?: unknown } => {
  try {
    return (JSON.parse(text) ?? {}) as { format?: unknown; policies?: unknown };
  } catch {
    return {};
  }
};

const isClock = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) > 0;

const isLimits = (value: unknown): value is Limits => {
  const limits = value as Partial<Limits> | null;
  return typeof limits === 'object' && isClock(limits?.minKhz) && isClock(limits?.maxKhz) && limits!.minKhz! <= limits!.maxKhz!;
};

const isPolicies = (value: unknown): value is PackageLimits =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.entries(value).every(([name, limits]) => /^policy\d+$/.test(name) && isLimits(limits));

/** @throws VoltanaError BAD_VALUE for a text that this driver has not written */
export const readBefore = (id: string, text: string): PackageLimits => {
  const { format, policies } = parsed(text);
  if (format === FORMAT && isPolicies(policies)) return policies;
  throw new VoltanaError('BAD_VALUE', `${id}: what is said to have been before its lock is no text of this driver: ${text.slice(0, 80)}`, {
    hint: 'Its clocks are unlocked; compare its limits with those that you want.',
  });
};
