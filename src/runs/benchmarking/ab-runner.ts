import type { AbPeriod, ArmName } from '../../domain/ab.ts';
import type { RequestOutcome, WorkloadRequest } from '../../domain/request.ts';
import type { RunRecord } from '../../domain/run-record.ts';
import type { Slo } from '../../domain/slo.ts';
import { MS_PER_S, powerOf } from '../../domain/units.ts';
import type { LoadSource } from '../../ports/load-source.ts';
import type { Time } from '../../ports/time.ts';
import { TimeSums } from '../../statistics/time-sums.ts';
import { energyJ } from '../../telemetry/energy.ts';
import { runMetrics } from '../../telemetry/metrics.ts';
import { tracksOf, type Interval } from '../../telemetry/meter-sample.ts';
import { runRecord, type RunFacts } from '../../telemetry/run-record.ts';
import { deliveriesOf } from '../../telemetry/token-times.ts';
import type { MeasuredPeriod, PeriodRunner, PlannedPeriod } from './ab.ts';
import type { LoadWatch } from './load-watch.ts';
import { measure, type Measured } from './measure.ts';
import { BenchPool } from './pool.ts';
import type { BenchSite } from './site.ts';
import { steadyReader } from './steady-reader.ts';

export interface ArmRunnerPorts {
  readonly time: Time;
  /** Puts one configuration in front of the same GPUs. */
  readonly serve: (arm: ArmName, signal: AbortSignal) => Promise<BenchSite>;
  readonly loadFor: (site: BenchSite) => Promise<LoadSource>;
  /** What is sent while the other configuration washes out, by phase and block. */
  readonly washoutLoad: (planned: PlannedPeriod) => readonly WorkloadRequest[];
  readonly slo: (site: BenchSite) => Slo;
  readonly facts: (site: BenchSite) => Pick<RunFacts, 'header' | 'mode' | 'config'>;
  /** What was already behind the test when it was taken up again, s. */
  readonly beganS: number;
  readonly watch?: LoadWatch | undefined;
}

/** One period as it was measured, for the records of both arms. */
export interface PeriodParts {
  readonly run: RunRecord;
  readonly warnings: readonly string[];
}

/** What passed within a stretch, whoever had asked for it. */
class Passing {
  readonly input = new TimeSums(0);
  readonly output = new TimeSums(0);
  readonly completed = new TimeSums(0);

  add(outcome: RequestOutcome): void {
    for (const { atMs, tokens } of deliveriesOf(outcome)) this.output.add(atMs, tokens);
    if (outcome.firstTokenMs !== null) this.input.add(outcome.firstTokenMs, outcome.promptTokens);
    if (outcome.status === 'completed' && outcome.endMs !== null) this.completed.add(outcome.endMs, 1);
  }

  within({ startMs, endMs }: Interval): { readonly input: number; readonly output: number; readonly completed: number } {
    const between = (sums: TimeSums): number => Math.round(sums.before(endMs) - sums.before(startMs));
    return { input: between(this.input), output: between(this.output), completed: between(this.completed) };
  }
}

/** Measures periods of real configurations: what is served in turns are the same engines on the same GPUs. */
export class ArmRunner implements PeriodRunner<PeriodParts> {
  readonly pools: Record<ArmName, BenchPool | null> = { A: null, B: null };
  readonly sites: Partial<Record<ArmName, BenchSite>> = {};
  readonly #ports: ArmRunnerPorts;
  readonly #startedAtMs: number;

  constructor(ports: ArmRunnerPorts) {
    this.#ports = ports;
    this.#startedAtMs = ports.time.nowMs() - ports.beganS * MS_PER_S;
  }

  async run(planned: PlannedPeriod, signal: AbortSignal): Promise<MeasuredPeriod<PeriodParts>> {
    const site = await this.#ports.serve(planned.configuration, signal);
    this.sites[planned.configuration] = site;
    this.#ports.watch?.opened?.(site);
    try {
      return await this.#measure(planned, site, signal);
    } finally {
      await site.close();
    }
  }

  async #measure(planned: PlannedPeriod, site: BenchSite, signal: AbortSignal): Promise<MeasuredPeriod<PeriodParts>> {
    const { time, loadFor, slo, washoutLoad, facts, watch } = this.#ports;
    const startMs = planned.washoutS * MS_PER_S;
    const window = { startMs, endMs: startMs + planned.periodS * MS_PER_S };
    const later = planned.schedule.map((request) => ({ ...request, arrivalMs: request.arrivalMs + startMs }));
    const passing = new Passing();
    // The A/A belongs to neither arm's record: it only says whether the rig is fit.
    const pool = planned.phase === 'aa' ? new BenchPool(slo(site), startMs) : this.#poolOf(planned.configuration, site, startMs);
    // Kept until the period is whole: half of one belongs to nobody.
    const own: RequestOutcome[] = [];
    let zeroMs = time.nowMs();
    const failure = new AbortController();
    void site.failed.then((error) => failure.abort(error));
    const measured = await measure({
      time,
      // A reading that fails is a hole, which the period's energy shows.
      reader: site.reader && (await steadyReader(site.reader)),
      load: await loadFor(site),
      schedule: [...washoutLoad(planned), ...later],
      signal: AbortSignal.any([signal, failure.signal]),
      around: { start: async () => void (zeroMs = time.nowMs()), end: () => Promise.resolve() },
      onOutcome: (outcome) => {
        passing.add(outcome);
        if (outcome.intendedMs < startMs) return;
        own.push(outcome);
        watch?.outcome?.(outcome);
      },
      onProgress: (progress) => watch?.progress?.(progress),
      onLooks: (looks) => watch?.looks?.(looks),
    });
    const stretch = pool.begin(startMs);
    for (const outcome of own) stretch.outcome(outcome);
    stretch.end(measured);
    const { abandonedAtMs, idlePowerW, wallS, meter } = measured;
    const run = runRecord({ ...facts(site), abandonedAtMs, idlePowerW, wallS, meter, transitions: 0 }, stretch.tally);
    const warnings = (await site.state())?.warnings ?? [];
    return { period: this.#period(run, measured, window, passing, zeroMs), parts: { run, warnings } };
  }

  #poolOf(arm: ArmName, site: BenchSite, startMs: number): BenchPool {
    return (this.pools[arm] ??= new BenchPool(this.#ports.slo(site), startMs));
  }

  #period(run: RunRecord, { samples }: Measured, window: Interval, passing: Passing, zeroMs: number): Omit<AbPeriod, 'arm' | 'block'> {
    const joules = samples === null ? null : energyJ(tracksOf(samples), window);
    const { input, output, completed } = passing.within(window);
    const sinceS = (ms: number): number => (zeroMs + ms - this.#startedAtMs) / MS_PER_S;
    const per = (count: number): number | null => (joules === null || count === 0 ? null : joules / count);
    return {
      startS: sinceS(window.startMs),
      endS: sinceS(window.endMs),
      energyJ: joules,
      inputTokens: input,
      outputTokens: output,
      completed,
      answered: { inputTokens: run.inputTokens, outputTokens: run.outputTokens },
      metrics: {
        ...runMetrics(run),
        'energy.total': joules,
        'energy.per_output_token': per(output),
        'energy.per_request': per(completed),
        'power.mean': joules === null ? null : powerOf(joules, window.endMs - window.startMs),
      },
    };
  }
}
