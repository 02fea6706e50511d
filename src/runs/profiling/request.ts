import { VoltanaError } from '../../domain/errors.ts';
import { ROLES, type Role } from '../../domain/instance.ts';
import { unknownId } from '../library.ts';
import type { PhaseInstance } from '../phases.ts';

/** A profile as asked for; nothing is looked up yet. */
export interface ProfileRequest {
  readonly cluster: string;
  /** Lists with commas. */
  readonly phase: string | undefined;
  readonly clocks: string | undefined;
  readonly instances: string | undefined;
  readonly maxGpuMinutes: number;
  readonly seed: number;
  readonly virtualTime: boolean;
}

export const SECONDS_PER_MINUTE = 60;
export const TARGET_PCT = 2;

const listOf = (text: string): string[] => text.split(',').map((part) => part.trim());

export function phasesOf(text: string | undefined): readonly Role[] {
  if (text === undefined) return ROLES;
  return listOf(text).map((part) => {
    const role = ROLES.find((known) => known === part);
    if (role === undefined)
      throw new VoltanaError('BAD_VALUE', `--phase ${text}: "${part}" is no phase`, { hint: 'Give prefill, decode or prefill,decode.' });
    return role;
  });
}

/** Those named; one of each phase otherwise, the first. */
export function instancesOf<T extends PhaseInstance>(all: readonly T[], text: string | undefined, phases: readonly Role[]): T[] {
  const ofPhases = all.filter(({ role }) => phases.includes(role));
  if (text === 'all') return ofPhases;
  if (text === undefined) return ofPhases.filter(({ role }, i) => ofPhases.findIndex((other) => other.role === role) === i);
  const wanted = listOf(text);
  const ids = ofPhases.map(({ id }) => id);
  const unknown = wanted.find((id) => !ids.includes(id));
  if (unknown !== undefined) throw unknownId('instance', unknown, ids);
  return ofPhases.filter(({ id }) => wanted.includes(id));
}

/** Clocks as they are listed, ascending; null for auto. @throws VoltanaError BAD_VALUE */
export function listedClocks(text: string | undefined): number[] | null {
  if (text === undefined || text === 'auto') return null;
  const clocks = listOf(text).map((part) => {
    const mhz = /^\d+$/.test(part) ? Number(part) : 0;
    if (mhz > 0) return mhz;
    throw new VoltanaError('BAD_VALUE', `--clocks ${text}: "${part}" is no clock`, {
      hint: 'Give auto, or clocks in MHz such as 690,1005,1410.',
    });
  });
  return [...new Set(clocks)].sort((a, b) => a - b);
}

/** @throws VoltanaError CLOCK_OUTSIDE_CARD for a clock that is none of them */
export function checkListed(clocksMhz: readonly number[], table: readonly number[], boundedMhz: readonly number[]): void {
  const mhz = clocksMhz.find((listed) => !boundedMhz.includes(listed));
  if (mhz === undefined) return;
  const why = table.includes(mhz) ? "outside the cluster file's bounds, or above what a lock holds" : 'not a clock of this GPU';
  const step = (table[1] ?? table[0]!) - table[0]!;
  throw new VoltanaError('CLOCK_OUTSIDE_CARD', `--clocks ${clocksMhz.join(',')}: ${mhz} MHz is ${why}`, {
    hint: `Choose from ${boundedMhz[0]} to ${boundedMhz.at(-1)} MHz in steps of ${step}.`,
  });
}
