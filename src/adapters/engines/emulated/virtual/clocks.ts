import type { ClockReading } from '../../../../domain/clock.ts';
import { VoltanaError, type ErrorCode } from '../../../../domain/errors.ts';
import { joules, megahertz, watts } from '../../../../domain/units.ts';
import type { ClockDriver } from '../../../../ports/clock-driver.ts';
import type { PowerMeter } from '../../../../ports/power-meter.ts';
import type { GpuState } from '../gpu.ts';
import { HttpError } from '../http.ts';
import type { VirtualNode } from './node.ts';

type NodeOf = (domain: string) => VirtualNode;

/** What NVIDIA promises of its power sensors. */
const SENSOR_UNCERTAINTY_PCT = 5;
const CODES: Readonly<Record<number, ErrorCode>> = { 400: 'CLOCK_OUTSIDE_CARD', 409: 'LEASE_LOST' };

/** The control port's refusals, as its client tells them. */
async function orOurError<T>(act: () => T | Promise<T>, conflict: ErrorCode = 'LEASE_LOST'): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    if (!(cause instanceof HttpError)) throw cause;
    throw new VoltanaError(cause.status === 409 ? conflict : CODES[cause.status]!, cause.message, { cause });
  }
}

const readingOf = (domain: string, { appliedMhz, lockedMhz, throttled, atMs }: GpuState): ClockReading => ({
  domain,
  appliedMhz: megahertz(appliedMhz),
  lockedMhz: lockedMhz === null ? null : megahertz(lockedMhz),
  throttled,
  atMs,
});

/** Clocks of machines in this process. */
export const virtualDriver = (nodeOf: NodeOf): ClockDriver => ({
  supportedMhz: (domain) => orOurError(() => nodeOf(domain).machine.supportedMhz().map(megahertz)),
  acquire: (domain, holder, ttlMs) => orOurError(() => ({ domain, ttlMs, token: nodeOf(domain).gpu.acquire(holder, ttlMs) }), 'LEASE_HELD'),
  renew: ({ domain, token }) => orOurError(() => nodeOf(domain).gpu.renew(token)),
  lock: ({ domain, token }, mhz) => orOurError(async () => readingOf(domain, await nodeOf(domain).gpu.lock(token, mhz))),
  read: (domain) => orOurError(() => readingOf(domain, nodeOf(domain).gpu.state())),
  release: ({ domain, token }) => orOurError(() => nodeOf(domain).gpu.release(token)),
});

export const virtualMeter = (nodeOf: NodeOf): PowerMeter => ({
  async read(domain) {
    const { energyJ, powerW, atMs } = nodeOf(domain).gpu.state();
    return { domain, energyJ: joules(energyJ), powerW: watts(powerW), atMs, source: 'counter', uncertaintyPct: SENSOR_UNCERTAINTY_PCT };
  },
});
