import type { ClockReading } from '../../../domain/clock.ts';
import { VoltanaError } from '../../../domain/errors.ts';
import type { ClockDomainId, LaunchedInstance } from '../../../domain/instance.ts';
import { joules, megahertz, watts } from '../../../domain/units.ts';
import type { ClockDriver } from '../../../ports/clock-driver.ts';
import type { PowerMeter } from '../../../ports/power-meter.ts';
import type { Time } from '../../../ports/time.ts';
import { messageOf, type ControlAnswer } from './control-client.ts';
import { failed, GpuClient, type GpuState } from './gpu-client.ts';

/** What NVIDIA promises of its power sensors. */
const SENSOR_UNCERTAINTY_PCT = 5;
const READ = { path: '/gpu' } as const;

const readingOf = (domain: ClockDomainId, state: GpuState): ClockReading => ({
  domain,
  appliedMhz: megahertz(state.appliedMhz),
  lockedMhz: state.lockedMhz === null ? null : megahertz(state.lockedMhz),
  throttled: state.throttled,
  atMs: state.atMs,
});

const refusedLock = (answer: ControlAnswer, domain: ClockDomainId): VoltanaError => {
  if (answer.status === 409) return leaseLost(answer, domain);
  if (answer.status === 400) return new VoltanaError('CLOCK_OUTSIDE_CARD', `${domain}: ${messageOf(answer)}`);
  return failed(answer, domain);
};

const leaseLost = (answer: ControlAnswer, domain: ClockDomainId): VoltanaError =>
  new VoltanaError('LEASE_LOST', `the lease of ${domain}'s clocks is lost: ${messageOf(answer)}`);

const clockDriver = (gpus: GpuClient): ClockDriver => ({
  supportedMhz: async (domain) => (await gpus.state(domain, READ)).supportedMhz.map(megahertz),
  async acquire(domain, holder, ttlMs) {
    const answer = await gpus.post(domain, '/gpu/lease', { holder, ttlMs });
    if (answer.status === 409) throw new VoltanaError('LEASE_HELD', `another controller holds the clocks of ${domain}`);
    if (answer.status !== 200) throw failed(answer, domain);
    return { domain, token: (answer.body as { token: number }).token, ttlMs };
  },
  async renew({ domain, token }) {
    const answer = await gpus.post(domain, '/gpu/lease/renew', { token });
    if (answer.status === 409) throw leaseLost(answer, domain);
    if (answer.status !== 200) throw failed(answer, domain);
  },
  lock: async ({ domain, token }, mhz) =>
    readingOf(domain, await gpus.state(domain, { path: '/gpu/lock', body: { token, mhz } }, refusedLock)),
  read: async (domain) => readingOf(domain, await gpus.state(domain, READ)),
  async release({ domain, token }) {
    const answer = await gpus.post(domain, '/gpu/release', { token });
    if (answer.status !== 200) throw failed(answer, domain);
  },
});

const powerMeter = (gpus: GpuClient): PowerMeter => ({
  async read(domain) {
    const { energyJ, powerW, atMs } = await gpus.state(domain, READ);
    return { domain, energyJ: joules(energyJ), powerW: watts(powerW), atMs, source: 'counter', uncertaintyPct: SENSOR_UNCERTAINTY_PCT };
  },
});

export interface EmulatedClocks {
  readonly driver: ClockDriver;
  readonly meter: PowerMeter;
  /** One that came later. */
  add(instance: LaunchedInstance): void;
  close(): Promise<void>;
}

/**
 * Clocks and meters of emulated GPUs, by instance id, over their control ports. Throws as the ports say, and
 * ENGINE_FAILED when a control port does not answer within 2 s. Times are on `time`'s clock.
 */
export const createEmulatedClocks = (instances: readonly LaunchedInstance[], time: Time): EmulatedClocks => {
  const gpus = new GpuClient(instances, time);
  return { driver: clockDriver(gpus), meter: powerMeter(gpus), add: (instance) => gpus.add(instance), close: () => gpus.close() };
};
