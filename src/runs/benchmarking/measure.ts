import type { RequestOutcome, WorkloadRequest } from '../../domain/request.ts';
import type { RunEnergy } from '../../domain/run-record.ts';
import type { LoadProgress, LoadSource } from '../../ports/load-source.ts';
import type { Time } from '../../ports/time.ts';
import { meanPowerW } from '../../telemetry/energy.ts';
import { sinceStart, tracksOf } from '../../telemetry/meter-sample.ts';
import type { MeterLook, MeterReader } from './meter-reader.ts';
import { MeterSampler } from './meter-sampler.ts';

/** The contract's limit on what still runs after the last intended arrival. */
export const DRAIN_MS = 60_000;
/** Clocks of the new governor have settled, and the first sample lies before the first arrival. */
const LEAD_MS = 400;
/** After the last request: long enough for a governor to notice that nothing comes, then a window of idle power. */
const IDLE_SETTLE_MS = 1800;
const IDLE_WINDOW_MS = 1000;
const MS_PER_S = 1000;
/** What measuring takes besides the load. */
export const AROUND_S = (LEAD_MS + IDLE_SETTLE_MS + IDLE_WINDOW_MS) / MS_PER_S;

export interface MeasureOptions {
  readonly time: Time;
  /** Null where nobody meters. */
  readonly reader: MeterReader | null;
  readonly load: LoadSource;
  readonly schedule: readonly WorkloadRequest[];
  /** Closed loops end by it. */
  readonly sendForMs?: number | undefined;
  /** Ends it at once, with nothing. */
  readonly signal?: AbortSignal | undefined;
  /** Ends the load, and keeps what was measured until then: an interruption, not a failure. */
  readonly stop?: AbortSignal | undefined;
  readonly onOutcome: (outcome: RequestOutcome) => void;
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
  /** Told of every reading; times are `Time` values. */
  readonly onLooks?: ((looks: readonly MeterLook[]) => void) | undefined;
  /** Asked right before the load begins and right after it has ended, before idle power is measured. */
  readonly around?: { readonly start: () => Promise<void>; readonly end: () => Promise<void> } | undefined;
}

/** One stretch of load, whole. Times are ms since its zero. */
export interface Measured {
  /** Its zero, a `Time` value. */
  readonly zeroMs: number;
  /** When waiting for unfinished requests was given up. */
  readonly abandonedAtMs: number;
  /** Null without a meter. */
  readonly samples: readonly MeterLook[] | null;
  readonly meter: Pick<RunEnergy, 'method' | 'uncertaintyPct'> | null;
  readonly idlePowerW: number | null;
  readonly wallS: number;
}

/** Drained: what all meters show while nothing comes. */
async function idlePowerOf(sampler: MeterSampler, { time, signal }: MeasureOptions): Promise<number | null> {
  await time.sleep(IDLE_SETTLE_MS, signal);
  const startMs = time.nowMs();
  await time.sleep(IDLE_WINDOW_MS, signal);
  await sampler.sample();
  return meanPowerW(tracksOf(sampler.samples), { startMs, endMs: startMs + IDLE_WINDOW_MS });
}

async function loaded(options: MeasureOptions): Promise<{ readonly zeroMs: number; readonly endMs: number }> {
  const { time, load, schedule, signal, stop, onOutcome, onProgress, sendForMs } = options;
  const run = await load.run(schedule, {
    drainMs: DRAIN_MS,
    signal: AbortSignal.any([signal, stop].filter((one) => one !== undefined)),
    onOutcome,
    ...(onProgress ? { onProgress } : {}),
    ...(sendForMs === undefined ? {} : { sendForMs }),
  });
  signal?.throwIfAborted();
  return { zeroMs: run.startedAtMs, endMs: time.nowMs() };
}

/** Sends a schedule and measures what it cost. Idle power is measured after it has drained. @throws the reason of `signal` */
export async function measure(options: MeasureOptions): Promise<Measured> {
  const { time, reader, signal, stop } = options;
  const startedAtMs = time.nowMs();
  const wallS = (): number => (time.nowMs() - startedAtMs) / MS_PER_S;
  const sampler = reader && new MeterSampler(reader, time, options.onLooks);
  try {
    await time.sleep(LEAD_MS, signal);
    await sampler?.start();
    await options.around?.start();
    const { zeroMs, endMs } = await loaded(options);
    const abandonedAtMs = endMs - zeroMs;
    await sampler?.sample();
    await options.around?.end();
    if (sampler === null) return { zeroMs, abandonedAtMs, samples: null, meter: null, idlePowerW: null, wallS: wallS() };
    const idlePowerW = stop?.aborted ? null : await idlePowerOf(sampler, options);
    return {
      zeroMs,
      abandonedAtMs,
      samples: sinceStart(sampler.samples, zeroMs),
      meter: await reader!.method(),
      idlePowerW,
      wallS: wallS(),
    };
  } finally {
    await sampler?.stop();
  }
}
