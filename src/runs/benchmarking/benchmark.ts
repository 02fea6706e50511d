import type { LaunchedInstance } from '../../domain/instance.ts';
import type { WorkloadRequest } from '../../domain/request.ts';
import type { RunConfig, RunRecord } from '../../domain/run-record.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import type { ClockDriver } from '../../ports/clock-driver.ts';
import type { RunningGateway } from '../../ports/gateway-launcher.ts';
import type { LoadProgress, LoadSource } from '../../ports/load-source.ts';
import type { PowerMeter } from '../../ports/power-meter.ts';
import type { Time } from '../../ports/time.ts';
import type { HeaderFields } from '../../telemetry/document-header.ts';
import { runRecord } from '../../telemetry/run-record.ts';
import { RunTally } from '../../telemetry/run-tally.ts';
import { loadedReader } from './loaded-reader.ts';
import { measure } from './measure.ts';
import { portsReader } from './meter-reader.ts';

export interface BenchmarkOptions {
  readonly ports: { readonly driver: ClockDriver; readonly meter: PowerMeter; readonly time: Time };
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

/** Serves a schedule once through a running gateway and measures what it cost. */
export async function benchmark(options: BenchmarkOptions): Promise<RunRecord> {
  const { ports, load, gateway, schedule, config, signal, onProgress } = options;
  const tally = new RunTally({ slo: config.slo, startMs: schedule[0]?.arrivalMs ?? 0 });
  let [before, after]: (Snapshot | null)[] = [null, null];
  const measured = await measure({
    time: ports.time,
    reader: loadedReader(portsReader(ports, options.instances), () => gateway.snapshot()),
    load,
    schedule,
    signal,
    onProgress,
    around: {
      start: async () => void (before = await gateway.snapshot()),
      end: async () => void (after = await gateway.snapshot()),
    },
    onOutcome: (outcome) => tally.outcome(outcome),
  });
  for (const sample of measured.samples!) tally.sample(sample);
  return runRecord(
    {
      header: options.header,
      mode: options.mode,
      config,
      abandonedAtMs: measured.abandonedAtMs,
      meter: measured.meter!,
      idlePowerW: measured.idlePowerW,
      transitions: after!.transitions - before!.transitions,
      wallS: measured.wallS,
      invalidReasons: after!.warnings,
    },
    tally,
  );
}
