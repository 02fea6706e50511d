import { VoltanaError } from '../../domain/errors.ts';
import type { WarmUp } from '../../domain/bench.ts';
import type { WorkloadRequest } from '../../domain/request.ts';
import type { RunRecord } from '../../domain/run-record.ts';
import type { Slo } from '../../domain/slo.ts';
import type { LoadProgress, LoadSource } from '../../ports/load-source.ts';
import type { RunJournal } from '../../ports/run-archive.ts';
import type { Time } from '../../ports/time.ts';
import { runMetrics } from '../../telemetry/metrics.ts';
import type { HeaderFields } from '../../telemetry/document-header.ts';
import { runRecord } from '../../telemetry/run-record.ts';
import { benchRecord, type BenchFacts } from './bench-record.ts';
import { clockReasons } from './clock-watch.ts';
import { encodeEntry, type JournalEntry } from './journal-lines.ts';
import { measure, type Measured } from './measure.ts';
import { BenchPool, repeatFigures, type Stretch } from './pool.ts';
import type { BenchOptions } from './request.ts';
import { laterBy, restOf, type KeptRepeat } from './resume.ts';
import type { BenchSite, SiteState } from './site.ts';
import { warmUp } from './warm-up.ts';

export interface BenchPorts {
  readonly time: Time;
  readonly site: BenchSite;
  readonly load: LoadSource;
  /** Null where nothing is kept. */
  readonly journal: RunJournal | null;
  /** What this process adds by itself; see `ClientFigures`. */
  readonly client: { restart(): void; figures(): Pick<BenchFacts['client'], 'eventLoopDelayMs' | 'cpuS'> };
  /** Makes ids of requests that no server has seen: their texts differ from those of every other run. */
  readonly salt: string;
}

/** What a watcher is told, in this order. */
export interface BenchListener {
  warming?(repeat: number): void;
  warmed?(warmedUp: WarmUp): void;
  measuring?(repeat: number, requests: number): void;
  progress?(progress: LoadProgress): void;
  measured?(repeat: number, run: RunRecord): void;
}

export interface Ends {
  /** Ends it at once: what cannot go on. */
  readonly signal: AbortSignal;
  /** Ends the load and keeps what was measured: Ctrl-C, or an engine that died. */
  readonly stop: AbortSignal;
}

const salted = (schedule: readonly WorkloadRequest[], salt: string): WorkloadRequest[] =>
  schedule.map((request) => ({
    ...request,
    id: `${salt}-${request.id}`,
    ...(request.prefix ? { prefix: request.prefix.map((block) => `${salt}-${block}`) } : {}),
  }));

/** What is gathered while it goes: of all repeats. */
interface Gathered {
  readonly warmUps: WarmUp[];
  readonly clockReasons: string[];
  readonly warnings: Set<string>;
  readonly repeats: RunRecord['repeats'][number][];
  transitions: number;
  wallS: number;
  resumed: number;
  cpuS: number | null;
}

class Benching {
  readonly #options: BenchOptions;
  readonly #ports: BenchPorts;
  readonly #header: HeaderFields;
  readonly #ends: Ends;
  readonly #listener: BenchListener;
  readonly #slo: Slo;
  readonly #pool: BenchPool;
  readonly #gathered: Gathered = {
    warmUps: [],
    clockReasons: [],
    warnings: new Set(),
    repeats: [],
    transitions: 0,
    wallS: 0,
    resumed: 0,
    cpuS: null,
  };

  constructor(options: BenchOptions, ports: BenchPorts, header: HeaderFields, ends: Ends, listener: BenchListener) {
    this.#options = options;
    this.#ports = ports;
    this.#header = header;
    this.#ends = ends;
    this.#listener = listener;
    this.#slo = options.slo ?? ports.site.config.slo ?? DEFAULT_SLO;
    this.#pool = new BenchPool(this.#slo, options.planned.schedule[0]!.arrivalMs);
  }

  async run(kept: readonly KeptRepeat[]): Promise<RunRecord> {
    const { repeats } = this.#options;
    for (let index = 0; index < repeats && !this.#ends.stop.aborted; index++) await this.#repeat(index, kept[index]);
    return this.#record();
  }

  async #repeat(index: number, kept: KeptRepeat | undefined): Promise<void> {
    const stretch = this.#pool.begin(this.#options.planned.schedule[0]!.arrivalMs);
    if (kept) this.#takeUp(stretch, kept);
    if (kept?.facts) return;
    const { schedule, offsetMs, cut } = this.#rest(index, kept, stretch);
    if (!kept) this.#write({ kind: 'begun', index, seed: this.#options.seed });
    if (schedule.length === 0) return;
    await this.#warmUp(index);
    if (this.#ends.stop.aborted) return;
    this.#listener.measuring?.(index, schedule.length);
    const going = cut ? this.#pool.begin(schedule[0]!.arrivalMs) : stretch;
    const measured = await this.#measure(going, schedule, offsetMs);
    going.end(measured);
    this.#tell(index, going, measured, cut);
  }

  /** Nothing of a repeat that was begun is lost: it is a stretch of its own. */
  #takeUp(stretch: Stretch, { outcomes, samples, facts, lastMs }: KeptRepeat): void {
    for (const outcome of outcomes) stretch.outcome(outcome);
    if (!facts) return;
    const metered = samples.length > 0;
    stretch.end({
      abandonedAtMs: facts['abandonedAtMs'] ?? lastMs ?? 0,
      samples: metered ? samples : null,
      meter: metered ? { method: 'counter', uncertaintyPct: facts['uncertaintyPct'] ?? 0 } : null,
      idlePowerW: facts['idlePowerW'] ?? null,
    });
    this.#gathered.transitions += facts['transitions'] ?? 0;
    this.#gathered.wallS += facts['wallS'] ?? 0;
  }

  #rest(
    index: number,
    kept: KeptRepeat | undefined,
    stretch: Stretch,
  ): { schedule: readonly WorkloadRequest[]; offsetMs: number; cut: boolean } {
    const { planned } = this.#options;
    const whole = salted(planned.schedule, `${this.#ports.salt}${index}`);
    if (!kept || kept.lastMs === null) return { schedule: whole, offsetMs: 0, cut: false };
    const { rest, cancelled, offsetMs } = restOf(whole, planned.load.loop, kept);
    for (const outcome of cancelled) {
      stretch.outcome(outcome);
      this.#write({ kind: 'outcome', outcome });
    }
    this.#write({ kind: 'resumed', atMs: offsetMs });
    const metered = kept.samples.length > 0;
    stretch.end({
      abandonedAtMs: offsetMs,
      samples: metered ? kept.samples : null,
      meter: metered ? { method: 'counter', uncertaintyPct: 0 } : null,
      idlePowerW: null,
    });
    this.#gathered.resumed += 1;
    return { schedule: rest, offsetMs, cut: true };
  }

  async #warmUp(index: number): Promise<void> {
    const { planned, warmUpS } = this.#options;
    if (warmUpS === 0) return;
    this.#listener.warming?.(index);
    const { time, load, salt } = this.#ports;
    const warmed = await warmUp({ time, load, schedule: salted(planned.warmUp, `${salt}w${index}`), mostS: warmUpS, ...this.#ends });
    this.#gathered.warmUps.push(warmed);
    this.#listener.warmed?.(warmed);
  }

  async #measure(stretch: Stretch, schedule: readonly WorkloadRequest[], offsetMs: number): Promise<Measured> {
    const { site, time, load, client } = this.#ports;
    let zeroMs = time.nowMs();
    let before: SiteState | null = null;
    client.restart();
    return measure({
      time,
      reader: site.reader,
      load,
      schedule,
      sendForMs: this.#options.planned.sendForMs,
      ...this.#ends,
      onProgress: (progress) => this.#listener.progress?.(progress),
      onOutcome: (outcome) => {
        stretch.outcome(outcome);
        this.#write({ kind: 'outcome', outcome: laterBy(outcome, offsetMs) });
      },
      onLooks: (looks) =>
        looks.forEach((look) => this.#write({ kind: 'sample', sample: { ...look, atMs: look.atMs - zeroMs + offsetMs } })),
      around: {
        start: async () => {
          before = await site.state();
          zeroMs = time.nowMs();
        },
        end: async () => {
          this.#gathered.cpuS = (this.#gathered.cpuS ?? 0) + (client.figures().cpuS ?? 0);
          const after = await site.state();
          if (after && before) this.#gathered.transitions += after.transitions - before.transitions;
          for (const warning of after?.warnings ?? []) this.#gathered.warnings.add(warning);
        },
      },
    });
  }

  #tell(index: number, stretch: Stretch, measured: Measured, cut: boolean): void {
    const { gathered, options } = { gathered: this.#gathered, options: this.#options };
    gathered.wallS += measured.wallS;
    gathered.clockReasons.push(...clockReasons(measured.samples ?? []));
    const { abandonedAtMs, idlePowerW, meter, wallS } = measured;
    // A repeat that was interrupted has no end: it is taken up again from there.
    if (!this.#ends.stop.aborted)
      this.#write({ kind: 'ended', facts: { abandonedAtMs, idlePowerW, wallS, uncertaintyPct: meter?.uncertaintyPct ?? null } });
    const own = runRecord(
      { ...this.#facts(), abandonedAtMs, idlePowerW, wallS, meter: meter ?? NO_METER, transitions: 0 },
      stretch.tally,
      meter !== null,
    );
    // Of a repeat in two parts the second alone says nothing.
    if (!cut) gathered.repeats.push(repeatFigures(options.seed, own, runMetrics(own)));
    this.#listener.measured?.(index, own);
  }

  #write(entry: JournalEntry): void {
    this.#ports.journal?.append(encodeEntry(entry));
  }

  #facts() {
    const { site } = this.#ports;
    const { planned } = this.#options;
    const config = { ...site.config, slo: this.#slo, workload: planned.workload, rate: planned.ratePerS, durationS: planned.durationS };
    return { header: this.#header, mode: site.mode, config };
  }

  #record(): RunRecord {
    const { site, client } = this.#ports;
    const { stop } = this.#ends;
    const gathered = this.#gathered;
    return benchRecord({
      ...this.#facts(),
      options: this.#options,
      site,
      pool: this.#pool,
      interrupted: stop.aborted ? stopReason(stop.reason) : null,
      client: { eventLoopDelayMs: client.figures().eventLoopDelayMs, cpuS: gathered.cpuS },
      warmUps: gathered.warmUps,
      invalidReasons: [...new Set([...gathered.warnings, ...gathered.clockReasons])],
      repeats: gathered.repeats,
      transitions: gathered.transitions,
      wallS: gathered.wallS,
      resumed: gathered.resumed,
    });
  }
}

/** What holds where nobody promised anything; whoever starts a bench is told so. */
export const DEFAULT_SLO: Slo = { ttftMs: 1000, itlMs: 50 };
const NO_METER = { method: 'counter', uncertaintyPct: 0 } as const;

const stopReason = (reason: unknown): string =>
  reason instanceof VoltanaError && reason.kind === 'signal' ? 'It was interrupted' : `It could not go on: ${(reason as Error).message}`;

/**
 * Warms up, sends the load as often as asked, and makes one record of all of it. @param kept what an earlier process measured of it
 * @throws the reason of `ends.signal`, and what meters throw; never because of what an endpoint does
 */
export const runBench = (
  options: BenchOptions,
  ports: BenchPorts,
  header: HeaderFields,
  ends: Ends,
  { listener = {}, kept = [] }: { readonly listener?: BenchListener; readonly kept?: readonly KeptRepeat[] } = {},
): Promise<RunRecord> => new Benching(options, ports, header, ends, listener).run(kept);
