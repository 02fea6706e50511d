import type { ClockLease, ClockReading } from '../../domain/clock.ts';
import type { LaunchedInstance } from '../../domain/instance.ts';
import type { ProfilePoint } from '../../domain/profile.ts';
import { megahertz } from '../../domain/units.ts';
import type { ClockDriver } from '../../ports/clock-driver.ts';
import type { EngineProbe } from '../../ports/engine.ts';
import type { PowerMeter } from '../../ports/power-meter.ts';
import type { Random } from '../../ports/random.ts';
import type { Time } from '../../ports/time.ts';

/** What a profile needs of the world. */
export interface ProfilingPorts {
  readonly driver: ClockDriver;
  readonly meter: PowerMeter;
  readonly probe: EngineProbe;
  readonly time: Time;
  readonly random: Random;
}

/** One instance on the test bench: its clocks are ours while the lease lives. */
export interface Bench extends ProfilingPorts {
  readonly instance: LaunchedInstance;
  readonly lease: ClockLease;
  readonly signal: AbortSignal;
  /** Told of every point as soon as it is measured. */
  readonly onPoint?: ((point: ProfilePoint) => void) | undefined;
}

const POLL_MS = 8;
const SETTLE_LIMIT_MS = 1500;

/**
 * Locks a clock and waits until the device reports it, or reports that a limit holds it lower. The last reading comes
 * back either way: a clock that never came is the caller's invalid point, not an exception.
 */
export async function settleAt(bench: Bench, clockMhz: number): Promise<ClockReading> {
  const { driver, lease, time, signal, instance } = bench;
  let reading = await driver.lock(lease, megahertz(clockMhz));
  const limitMs = time.nowMs() + SETTLE_LIMIT_MS;
  while (reading.appliedMhz !== clockMhz && !reading.throttled && time.nowMs() < limitMs) {
    await time.sleep(POLL_MS, signal);
    reading = await driver.read(instance.id);
  }
  return reading;
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
export async function idlePowerW({ meter, time, instance, signal }: Bench, windowMs: number): Promise<number> {
  const before = await meter.read(instance.id);
  await time.sleep(windowMs, signal);
  const after = await meter.read(instance.id);
  return (((after.energyJ - before.energyJ) / (after.atMs - before.atMs)) * 1000) / instance.gpuCount;
}
