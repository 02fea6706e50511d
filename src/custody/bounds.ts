import type { DeviceInfo } from '../domain/device.ts';
import { VoltanaError } from '../domain/errors.ts';
import { MS_PER_S, type Megahertz } from '../domain/units.ts';
import type { CustodyBounds } from './options.ts';

/** Clocks that all these devices have, ascending. */
export const commonMhz = (infos: readonly DeviceInfo[]): readonly Megahertz[] => {
  const [first, ...others] = infos;
  return (first?.supportedMhz ?? []).filter((clockMhz) => others.every(({ supportedMhz }) => supportedMhz.includes(clockMhz)));
};

type ClockBounds = Pick<CustodyBounds, 'minClockMhz' | 'maxClockMhz'>;

export const withinBounds = (
  clocksMhz: readonly Megahertz[],
  { minClockMhz = 0, maxClockMhz = Infinity }: ClockBounds,
): readonly Megahertz[] => clocksMhz.filter((clockMhz) => clockMhz >= minClockMhz && clockMhz <= maxClockMhz);

const neighbours = (clockMhz: number, clocksMhz: readonly number[]): string => {
  const below = clocksMhz.filter((one) => one < clockMhz).at(-1);
  const above = clocksMhz.find((one) => one > clockMhz);
  const named = [below, above].filter((one) => one !== undefined).map((one) => `${one} MHz`);
  return named.length === 0 ? 'it accepts none' : `its neighbours are ${named.join(' and ')}`;
};

/** @throws VoltanaError CLOCK_OUTSIDE_CARD, CLOCK_REFUSED */
export const assertClock = (domain: string, clockMhz: number, commonClocksMhz: readonly Megahertz[], bounds: ClockBounds): void => {
  if (!commonClocksMhz.includes(clockMhz as Megahertz))
    throw new VoltanaError('CLOCK_OUTSIDE_CARD', `${domain} does not accept ${clockMhz} MHz: ${neighbours(clockMhz, commonClocksMhz)}`);
  const { minClockMhz = 0, maxClockMhz = Infinity } = bounds;
  if (clockMhz < minClockMhz || clockMhz > maxClockMhz)
    throw new VoltanaError(
      'CLOCK_REFUSED',
      `${domain} may not run at ${clockMhz} MHz: this agent allows ${minClockMhz} to ${maxClockMhz === Infinity ? 'any' : maxClockMhz} MHz`,
    );
};

/** @throws VoltanaError CLOCK_REFUSED, BAD_VALUE */
export const assertPower = (domain: string, powerW: number, bounds: CustodyBounds): void => {
  if (!bounds.allowPowerLimit) throw new VoltanaError('CLOCK_REFUSED', `this agent sets no power limit, not for ${domain} either`);
  if (!Number.isFinite(powerW) || powerW <= 0) throw new VoltanaError('BAD_VALUE', `${powerW} W is no power limit`);
  const { minPowerLimitW = 0, maxPowerLimitW = Infinity } = bounds;
  if (powerW < minPowerLimitW || powerW > maxPowerLimitW)
    throw new VoltanaError(
      'CLOCK_REFUSED',
      `${domain} may not be limited to ${powerW} W: this agent allows ${minPowerLimitW} to ${maxPowerLimitW} W`,
    );
};

/** How often one may: so many at once as fit into a second, at least one, and as many a second in the long run. */
export class Allowance {
  readonly #perS: number;
  #left: number;
  #atMs = -Infinity;

  constructor(perS: number) {
    this.#perS = perS;
    this.#left = Math.max(1, perS);
  }

  /** Milliseconds until the next one is allowed; 0 is now. */
  waitMs(nowMs: number): number {
    if (this.#perS === Infinity) return 0;
    const most = Math.max(1, this.#perS);
    if (this.#atMs !== -Infinity) this.#left = Math.min(most, this.#left + ((nowMs - this.#atMs) * this.#perS) / MS_PER_S);
    this.#atMs = nowMs;
    return this.#left >= 1 - 1e-9 ? 0 : ((1 - this.#left) * MS_PER_S) / this.#perS;
  }

  take(): void {
    this.#left -= 1;
  }
}
