import type { ClockLease } from '../../domain/clock.ts';
import { VoltanaError } from '../../domain/errors.ts';
import { domainOf, type LaunchedInstance } from '../../domain/instance.ts';
import { megahertz } from '../../domain/units.ts';
import type { ClockDriver } from '../../ports/clock-driver.ts';
import type { EngineProbe } from '../../ports/engine.ts';
import type { PowerMeter } from '../../ports/power-meter.ts';
import type { Random } from '../../ports/random.ts';
import type { Time } from '../../ports/time.ts';
import type { MeasureSettings } from './settings.ts';

/** What a profile needs of the world. */
export interface ProfilingPorts {
  readonly driver: ClockDriver;
  readonly meter: PowerMeter;
  readonly probe: EngineProbe;
  readonly time: Time;
}

/** One instance on the test bench: its clocks are ours while the lease lives. */
export interface Bench extends ProfilingPorts {
  readonly instance: LaunchedInstance;
  readonly lease: ClockLease;
  readonly signal: AbortSignal;
  readonly settings: MeasureSettings;
}

const POLL_MS = 8;
const SETTLE_LIMIT_MS = 1500;

/** Errors that say more than that a lock failed. */
const TELLING = ['LEASE_HELD', 'LEASE_LOST', 'ENGINE_FAILED'];

async function lock({ driver, lease, instance, signal }: Bench, clockMhz: number) {
  try {
    return await driver.lock(lease, megahertz(clockMhz));
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof VoltanaError && TELLING.includes(cause.code)) throw cause;
    throw new VoltanaError(
      'LOCK_FAILED',
      `the clock of ${instance.id} could not be locked at ${clockMhz} MHz: ${(cause as Error).message}`,
      {
        cause,
      },
    );
  }
}

/**
 * Locks a clock and waits until the device reports it, or reports that a limit holds it lower; not for ever: a clock
 * that never comes shows in the readings taken along with the measurement.
 * @throws VoltanaError of exit code 4 when the lock is refused
 */
export async function settleAt(bench: Bench, clockMhz: number): Promise<void> {
  const { driver, time, signal, instance } = bench;
  let reading = await lock(bench, clockMhz);
  const limitMs = time.nowMs() + SETTLE_LIMIT_MS;
  while (reading.appliedMhz !== clockMhz && !reading.throttled && time.nowMs() < limitMs) {
    await time.sleep(POLL_MS, signal);
    reading = await driver.read(domainOf(instance));
  }
}

/** In random order, so that a drift of the device does not look like an effect of the clock. */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random.next() * (i + 1));
    [result[i], result[j]] = [result[j]!, result[i]!];
  }
  return result;
}

/** Mean power of one GPU of an idle instance at the clock that holds (watts). */
export async function idlePowerW({ meter, time, instance, signal, settings }: Bench): Promise<number> {
  const before = await meter.read(domainOf(instance));
  await time.sleep(settings.idleMs, signal);
  const after = await meter.read(domainOf(instance));
  return (((after.energyJ - before.energyJ) / (after.atMs - before.atMs)) * 1000) / instance.gpuCount;
}
