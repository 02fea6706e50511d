import type { ProfileDocument, ProfilePoint } from '../../domain/profile.ts';
import type { DecodeProbe } from '../../ports/engine.ts';
import { idlePowerW, settleAt, shuffled, type Bench } from './bench.ts';
import type { ProfilePlan } from './plan.ts';

type DecodeLoad = ProfilePlan['decode']['loads'][number];

const POLL_MS = 1;
const STEADY_LIMIT_MS = 10_000;

interface Mark {
  readonly tokens: number;
  readonly atMs: number;
  readonly energyJ: number;
}

/** The beginning of an iteration's tokens: windows that start and end there hold whole iterations. */
async function nextIteration({ time, meter, instance, signal }: Bench, probe: DecodeProbe): Promise<Mark> {
  const before = probe.tokens();
  while (probe.tokens() === before && probe.steady()) await time.sleep(POLL_MS, signal);
  const atMs = time.nowMs();
  const tokens = probe.tokens();
  return { tokens, atMs, energyJ: (await meter.read(instance.id)).energyJ };
}

async function waitUntilSteady({ time, signal }: Bench, probe: DecodeProbe): Promise<boolean> {
  const limitMs = time.nowMs() + STEADY_LIMIT_MS;
  while (!probe.steady() && time.nowMs() < limitMs) await time.sleep(POLL_MS * 5, signal);
  return probe.steady();
}

const reasonsOf = (clockMhz: number, held: boolean, steady: boolean): string[] => [
  ...(held ? [] : [`the lock of ${clockMhz} MHz did not hold`]),
  ...(steady ? [] : ['the running batch was not constant']),
];

async function measurePoint(bench: Bench, probe: DecodeProbe, load: DecodeLoad, clockMhz: number, windowMs: number): Promise<ProfilePoint> {
  const { instance, driver, time, signal } = bench;
  await settleAt(bench, clockMhz);
  const steadyBefore = await waitUntilSteady(bench, probe);
  const start = await nextIteration(bench, probe);
  await time.sleep(windowMs, signal);
  const end = await nextIteration(bench, probe);
  const after = await driver.read(instance.id);
  const iterations = Math.max(1, Math.round((end.tokens - start.tokens) / load.batch));
  const energyJ = (end.energyJ - start.energyJ) / iterations;
  const latencyMs = (end.atMs - start.atMs) / iterations;
  const reasons = reasonsOf(clockMhz, after.lockedMhz === clockMhz, steadyBefore && probe.steady());
  return {
    instance: instance.id,
    phase: 'decode',
    clockMhz: after.appliedMhz,
    requestedClockMhz: clockMhz,
    batch: load.batch,
    contextTokens: load.contextTokens + (start.tokens + end.tokens) / 2 / load.batch,
    latencyMs,
    powerW: ((energyJ / latencyMs) * 1000) / instance.gpuCount,
    energyJ,
    samples: iterations,
    valid: reasons.length === 0,
    capped: after.appliedMhz < clockMhz,
    reasons,
  };
}

async function measureLoad(bench: Bench, plan: ProfilePlan, load: DecodeLoad): Promise<ProfilePoint[]> {
  const probe = await bench.probe.decode(bench.instance, load.batch, load.contextTokens, bench.signal);
  const points: ProfilePoint[] = [];
  try {
    for (const clockMhz of shuffled(plan.clocksMhz, bench.random)) {
      const point = await measurePoint(bench, probe, load, clockMhz, plan.decode.windowMs);
      bench.onPoint?.(point);
      points.push(point);
    }
  } finally {
    await probe.stop();
  }
  return points;
}

/** Idle power at every clock, then every load at constant batch, stepping through the clocks in random order. */
export async function measureDecode(bench: Bench, plan: ProfilePlan): Promise<Pick<ProfileDocument, 'points' | 'idle'>> {
  const points: ProfilePoint[] = [];
  const idle: ProfileDocument['idle'][number][] = [];
  for (const clockMhz of shuffled(plan.clocksMhz, bench.random)) {
    await settleAt(bench, clockMhz);
    idle.push({ instance: bench.instance.id, clockMhz, powerW: await idlePowerW(bench, plan.idleMs) });
  }
  for (const load of shuffled(plan.decode.loads, bench.random)) points.push(...(await measureLoad(bench, plan, load)));
  return { points, idle };
}
