import { megahertz, joules, watts } from '../../domain/units.ts';
import type { ClockReading } from '../../domain/clock.ts';
import type { ProfilePoint, RecordedPoint } from '../../domain/profile.ts';
import type { ClockDriver } from '../../ports/clock-driver.ts';
import type { PowerMeter } from '../../ports/power-meter.ts';
import type { Time } from '../../ports/time.ts';

/**
 * Designs and fits reckon with clocks and joules. Where nobody drives clocks or counts joules, these stand in for them while a profile
 * is measured: one clock that always holds, one watt. Nothing of them is written anywhere: in documents and journals it is null.
 */
export const STAND_IN_MHZ = 1;
const STAND_IN_W = 1;

export const standInDriver = (time: Time): ClockDriver => {
  const reading = (domain: string): ClockReading => ({
    domain,
    appliedMhz: megahertz(STAND_IN_MHZ),
    lockedMhz: megahertz(STAND_IN_MHZ),
    throttled: false,
    atMs: time.nowMs(),
  });
  return {
    supportedMhz: async () => [megahertz(STAND_IN_MHZ)],
    acquire: async (domain, _holder, ttlMs) => ({ domain, token: 1, ttlMs }),
    renew: async () => undefined,
    lock: async ({ domain }) => reading(domain),
    read: async (domain) => reading(domain),
    release: async () => undefined,
  };
};

export const standInMeter = (time: Time): PowerMeter => ({
  async read(domain) {
    const atMs = time.nowMs();
    const energyJ = joules((atMs / 1000) * STAND_IN_W);
    return { domain, energyJ, powerW: watts(STAND_IN_W), atMs, source: 'integrated', uncertaintyPct: 0 };
  },
});

/** What of a deployment is driven and counted. */
export interface Seen {
  readonly clocks: boolean;
  readonly power: boolean;
}

/** A point as it is written. */
export const recorded = (point: ProfilePoint, { clocks, power }: Seen): RecordedPoint => ({
  ...point,
  ...(clocks ? {} : { clockMhz: null, requestedClockMhz: null, appliedClocks: [] }),
  ...(power ? {} : { powerW: null, energyJ: null }),
});

/** The same again, for designs and fits. */
export const reckoned = (point: RecordedPoint): ProfilePoint => {
  const powerW = point.powerW ?? STAND_IN_W;
  return {
    ...point,
    clockMhz: point.clockMhz ?? STAND_IN_MHZ,
    requestedClockMhz: point.requestedClockMhz ?? STAND_IN_MHZ,
    powerW,
    energyJ: point.energyJ ?? (powerW * point.latencyMs) / 1000,
  };
};
