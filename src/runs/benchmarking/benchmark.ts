import type { LaunchedInstance } from '../../domain/instance.ts';
import type { WorkloadRequest } from '../../domain/request.ts';
import type { RunConfig, RunRecord } from '../../domain/run-record.ts';
import type { RunningGateway } from '../../ports/gateway-launcher.ts';
import type { LoadProgress, LoadSource } from '../../ports/load-source.ts';
import type { HeaderFields } from '../../telemetry/document-header.ts';
import { meanPowerW } from '../../telemetry/energy.ts';
import { sinceStart, tracksOf } from '../../telemetry/meter-sample.ts';
import { buildRunRecord } from '../../telemetry/run-record.ts';
import { MeterSampler, type MeterPorts } from './meter-sampler.ts';

export interface BenchmarkOptions {
  readonly ports: MeterPorts;
  readonly load: LoadSource;
  readonly gateway: RunningGateway;
  readonly instances: readonly LaunchedInstance[];
  readonly schedule: readonly WorkloadRequest[];
  readonly config: RunConfig;
  readonly mode: RunRecord['mode'];
  readonly header: HeaderFields;
  readonly signal: AbortSignal;
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
}

/** The contract's limit on what still runs after the last intended arrival. */
export const DRAIN_MS = 60_000;
/** Clocks of the new governor have settled, and the first sample lies before the first arrival. */
const LEAD_MS = 400;
/** After the last request: long enough for a governor to notice that nothing comes, then a window of idle power. */
const IDLE_SETTLE_MS = 1800;
const IDLE_WINDOW_MS = 1000;
const MS_PER_S = 1000;

/** Serves a schedule through a running gateway and measures what it cost. Idle power is measured after it has drained. */
export async function benchmark(options: BenchmarkOptions): Promise<RunRecord> {
  const { ports, load, gateway, instances, schedule, signal } = options;
  const { time, meter } = ports;
  const startedAtMs = time.nowMs();
  const sampler = new MeterSampler(ports, instances);
  try {
    await time.sleep(LEAD_MS, signal);
    await sampler.start();
    const before = await gateway.snapshot();
    const run = await load.run(schedule, { drainMs: DRAIN_MS, signal, ...(options.onProgress ? { onProgress: options.onProgress } : {}) });
    signal.throwIfAborted();
    const loadEndMs = time.nowMs();
    await sampler.sample();
    const after = await gateway.snapshot();
    await time.sleep(IDLE_SETTLE_MS, signal);
    const idleFromMs = time.nowMs();
    await time.sleep(IDLE_WINDOW_MS, signal);
    await sampler.sample();
    const { uncertaintyPct, source } = await meter.read(instances[0]!.id);
    return buildRunRecord({
      header: options.header,
      mode: options.mode,
      config: options.config,
      outcomes: run.outcomes,
      abandonedAtMs: loadEndMs - run.startedAtMs,
      samples: sinceStart(sampler.samples, run.startedAtMs),
      meter: { method: source, uncertaintyPct },
      idlePowerW: meanPowerW(tracksOf(sampler.samples), { startMs: idleFromMs, endMs: idleFromMs + IDLE_WINDOW_MS }),
      transitions: after.transitions - before.transitions,
      wallS: (time.nowMs() - startedAtMs) / MS_PER_S,
      invalidReasons: after.warnings,
    });
  } finally {
    await sampler.stop();
  }
}
