import type { ProfileDocument, ProfilePoint } from '../../domain/profile.ts';
import { quantile } from '../../statistics/quantile.ts';
import { idlePowerW, settleAt, shuffled, type Bench } from './bench.ts';
import type { ProfilePlan } from './plan.ts';

interface Shot {
  readonly latencyMs: number;
  readonly energyJ: number;
}

/** One prompt alone on the instance. Energy is scaled from the meter's window to the iteration. */
async function shoot({ meter, probe, instance, signal }: Bench, promptTokens: number): Promise<Shot> {
  const before = await meter.read(instance.id);
  const { latencyMs } = await probe.prefill(instance, promptTokens, signal);
  const after = await meter.read(instance.id);
  return { latencyMs, energyJ: ((after.energyJ - before.energyJ) / (after.atMs - before.atMs)) * latencyMs };
}

async function measurePoint(bench: Bench, clockMhz: number, promptTokens: number, repeats: number): Promise<ProfilePoint> {
  const { instance, driver } = bench;
  const shots: Shot[] = [];
  for (let i = 0; i < repeats; i++) shots.push(await shoot(bench, promptTokens));
  const after = await driver.read(instance.id);
  const latencyMs = quantile(
    shots.map((shot) => shot.latencyMs),
    0.5,
  )!;
  const energyJ = quantile(
    shots.map((shot) => shot.energyJ),
    0.5,
  )!;
  const held = after.lockedMhz === clockMhz;
  return {
    instance: instance.id,
    phase: 'prefill',
    clockMhz: after.appliedMhz,
    requestedClockMhz: clockMhz,
    batch: 1,
    promptTokens,
    latencyMs,
    powerW: ((energyJ / latencyMs) * 1000) / instance.gpuCount,
    energyJ,
    samples: shots.length,
    valid: held,
    capped: after.appliedMhz < clockMhz,
    reasons: held ? [] : [`the lock of ${clockMhz} MHz did not hold`],
  };
}

/** Every clock, and at each every prompt length, in random order. */
export async function measurePrefill(bench: Bench, plan: ProfilePlan): Promise<Pick<ProfileDocument, 'points' | 'idle'>> {
  const points: ProfilePoint[] = [];
  const idle: ProfileDocument['idle'][number][] = [];
  for (const clockMhz of shuffled(plan.clocksMhz, bench.random)) {
    await settleAt(bench, clockMhz);
    idle.push({ instance: bench.instance.id, clockMhz, powerW: await idlePowerW(bench, plan.idleMs) });
    for (const promptTokens of shuffled(plan.prefill.promptTokens, bench.random)) {
      const point = await measurePoint(bench, clockMhz, promptTokens, plan.prefill.repeats);
      bench.onPoint?.(point);
      points.push(point);
    }
  }
  return { points, idle };
}
