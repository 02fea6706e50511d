import { VoltanaError } from '../../domain/errors.ts';
import type { WarmUp } from '../../domain/bench.ts';
import type { RequestOutcome } from '../../domain/request.ts';
import type { RunRecord } from '../../domain/run-record.ts';
import type { Slo } from '../../domain/slo.ts';
import type { LoadSource } from '../../ports/load-source.ts';
import type { RunJournal } from '../../ports/run-archive.ts';
import type { Time } from '../../ports/time.ts';
import type { WallMeter } from '../../ports/wall-meter.ts';
import { runMetrics } from '../../telemetry/metrics.ts';
import type { HeaderFields } from '../../telemetry/document-header.ts';
import { runRecord } from '../../telemetry/run-record.ts';
import { benchRecord, type BenchFacts } from './bench-record.ts';
import { clockReasons, meterReasons } from './clock-watch.ts';
import { encodeEntry, type JournalEntry } from './journal-lines.ts';
import { measure, type Measured } from './measure.ts';
import type { MeterReader } from './meter-reader.ts';
import { BenchPool, repeatFigures, type Stretch } from './pool.ts';
import type { BenchOptions } from './request.ts';
import { restOf, type KeptRepeat, type Rest } from './resume.ts';
import { salted } from './salt.ts';
import type { BenchSite, SiteState } from './site.ts';
import { steadyReader } from './steady-reader.ts';
import { configAt, sloAt } from './planned-config.ts';
import { StretchNotes } from './stretch-notes.ts';
import { takeUp, type KeptStretch } from './taken-up.ts';
import type { LoadWatch } from './load-watch.ts';
import { WallWatch } from './wall-watch.ts';
import { warmUp } from './warm-up.ts';
import { WorkWatch } from './work-watch.ts';

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
  /** Null where nobody measures at the wall. */
  readonly wall: WallMeter | null;
}

/** What a watcher is told, in this order. */
export interface BenchListener extends LoadWatch {
  warming?(repeat: number): void;
  measuring?(repeat: number, requests: number): void;
}

/** Ids as they were planned: other processes salt theirs otherwise. */
const unsalted = (outcome: RequestOutcome, salt: string): RequestOutcome => ({ ...outcome, id: outcome.id.slice(salt.length + 1) });

/** What of a repeat is still to be sent, on a clock of its own. */
interface Part extends Pick<Rest, 'rest' | 'offsetMs'> {
  /** All of the repeat. */
  readonly isWhole: boolean;
}

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
  /** Of the stretch in which it stood still for longest; idle time between stretches is in none. */
  eventLoopDelayMs: BenchFacts['client']['eventLoopDelayMs'];
}

class Benching {
  readonly #options: BenchOptions;
  readonly #ports: BenchPorts;
  readonly #header: HeaderFields;
  readonly #stop: AbortSignal;
  readonly #listener: BenchListener;
  readonly #slo: Slo;
  readonly #pool: BenchPool;
  readonly #work: WorkWatch;
  readonly #wall: WallWatch | null;
  #reader: MeterReader | null = null;
  readonly #gathered: Gathered = {
    warmUps: [],
    clockReasons: [],
    warnings: new Set(),
    repeats: [],
    transitions: 0,
    wallS: 0,
    resumed: 0,
    cpuS: null,
    eventLoopDelayMs: null,
  };

  constructor(options: BenchOptions, ports: BenchPorts, header: HeaderFields, stop: AbortSignal, listener: BenchListener) {
    this.#options = options;
    this.#ports = ports;
    this.#header = header;
    this.#stop = stop;
    this.#listener = listener;
    this.#slo = sloAt(options, ports.site);
    this.#wall = ports.wall && new WallWatch(ports.wall, ports.time);
    this.#work = new WorkWatch(options.planned.schedule);
    this.#pool = new BenchPool(this.#slo, options.planned.schedule[0]!.arrivalMs);
  }

  async run(kept: readonly KeptRepeat[]): Promise<RunRecord> {
    const { repeats } = this.#options;
    const { reader } = this.#ports.site;
    this.#reader = reader && (await steadyReader(reader));
    await this.#wall?.start();
    try {
      for (let index = 0; index < repeats && !this.#stop.aborted; index++) await this.#repeat(index, kept[index]);
    } finally {
      await this.#wall?.stop();
    }
    return this.#record(kept.length > 0);
  }

  async #repeat(index: number, kept: KeptRepeat | undefined): Promise<void> {
    const part = kept ? await this.#takeUp(kept) : { rest: this.#options.planned.schedule, offsetMs: 0, isWhole: true };
    if (!kept) this.#write({ kind: 'begun', index, seed: this.#options.seed });
    if (part === null) return;
    await this.#warmUp(index);
    if (this.#stop.aborted) return;
    this.#listener.measuring?.(index, part.rest.length);
    const stretch = this.#pool.begin(part.rest[0]!.arrivalMs);
    const transitions = this.#gathered.transitions;
    const measured = await this.#measure(stretch, index, part);
    const { startMs, endMs } = stretch.end(measured);
    this.#wall?.measured({ startMs: startMs + measured.zeroMs, endMs: endMs + measured.zeroMs });
    if (!this.#stop.aborted) this.#ended(measured, part.offsetMs, this.#gathered.transitions - transitions);
    this.#tell({ stretch, end: measured, wallS: measured.wallS }, part.isWhole);
  }

  /** @returns what is still to be sent; null where nothing is */
  async #takeUp(kept: KeptRepeat): Promise<Part | null> {
    const { planned } = this.#options;
    const rest = kept.facts ? null : restOf(planned.schedule, planned.load.loop, kept);
    for (const outcome of rest?.cancelled ?? []) this.#write({ kind: 'outcome', outcome });
    const stretches = takeUp(this.#pool, kept, rest, this.#reader && (await this.#reader.method()));
    const isWhole = rest === null && stretches.length === 1;
    for (const stretch of stretches) this.#tell(stretch, isWhole);
    if (stretches.length > 0) this.#wall?.measuredElsewhere();
    this.#gathered.transitions += kept.facts?.['transitions'] ?? 0;
    this.#gathered.resumed += kept.resumed;
    if (rest === null) return null;
    // A repeat that is over but for its last line ends here: whatever follows in the journal belongs to the next.
    const over = rest.rest.length === 0 || (planned.sendForMs ?? Infinity) <= rest.offsetMs;
    if (over) this.#ended({ abandonedAtMs: 0, idlePowerW: null, wallS: 0 }, rest.offsetMs, 0);
    else if (kept.lastMs !== null) {
      this.#write({ kind: 'resumed', atMs: rest.offsetMs });
      this.#gathered.resumed += 1;
    }
    return over ? null : { ...rest, isWhole: stretches.length === 0 };
  }

  async #warmUp(index: number): Promise<void> {
    const { planned, warmUpS } = this.#options;
    if (warmUpS === 0) return;
    this.#listener.warming?.(index);
    const { time, load, salt } = this.#ports;
    this.#gathered.warmUps.push(
      await warmUp({ time, load, schedule: salted(planned.warmUp, `${salt}w${index}`), mostS: warmUpS, stop: this.#stop }),
    );
  }

  async #measure(stretch: Stretch, index: number, { rest, offsetMs }: Part): Promise<Measured> {
    const { site, time, load, client, salt } = this.#ports;
    const { load: asked, sendForMs } = this.#options.planned;
    const notes = new StretchNotes((entry) => this.#write(entry), offsetMs, this.#options.planned.schedule.length - rest.length);
    const prefix = `${salt}${index}`;
    let before: SiteState | null = null;
    client.restart();
    return measure({
      time,
      reader: this.#reader,
      load,
      schedule: salted(rest, prefix),
      sendForMs: sendForMs === undefined ? undefined : sendForMs - offsetMs,
      stop: this.#stop,
      onProgress: (progress) => {
        // A closed loop's schedule knows no times that would tell.
        if (asked.loop === 'closed') notes.sent(progress.sent, time.nowMs());
        this.#listener.progress?.(progress);
      },
      onOutcome: (outcome) => {
        this.#listener.outcome?.(outcome);
        site.outcome?.(outcome);
        stretch.outcome(outcome);
        const planned = unsalted(outcome, prefix);
        this.#work.add(planned);
        notes.outcome(planned);
      },
      onLooks: (looks) => {
        notes.looks(looks);
        this.#listener.looks?.(looks);
      },
      around: {
        start: async () => {
          before = await site.state();
          notes.begin(time.nowMs());
        },
        end: async () => {
          this.#gatherClient(client.figures());
          this.#changes(before, await site.state().catch(() => null));
        },
      },
    });
  }

  #gatherClient({ cpuS, eventLoopDelayMs }: Pick<BenchFacts['client'], 'eventLoopDelayMs' | 'cpuS'>): void {
    const gathered = this.#gathered;
    gathered.cpuS = (gathered.cpuS ?? 0) + (cpuS ?? 0);
    if ((eventLoopDelayMs?.max ?? -1) > (gathered.eventLoopDelayMs?.max ?? -1)) gathered.eventLoopDelayMs = eventLoopDelayMs;
  }

  #changes(before: SiteState | null, after: SiteState | null): void {
    if (after && before) this.#gathered.transitions += after.transitions - before.transitions;
    for (const warning of after?.warnings ?? []) this.#gathered.warnings.add(warning);
  }

  /** A repeat that was interrupted has no end: it is taken up again from there. */
  #ended(
    { abandonedAtMs, idlePowerW, wallS }: Pick<Measured, 'abandonedAtMs' | 'idlePowerW' | 'wallS'>,
    offsetMs: number,
    transitions: number,
  ): void {
    this.#write({ kind: 'ended', facts: { abandonedAtMs: abandonedAtMs + offsetMs, idlePowerW, wallS, transitions } });
  }

  /** @param isWhole a part of a repeat says nothing alone */
  #tell({ stretch, end, wallS }: KeptStretch, isWhole: boolean): void {
    const gathered = this.#gathered;
    gathered.wallS += wallS;
    gathered.clockReasons.push(...clockReasons(end.samples ?? []), ...meterReasons(end.samples ?? []));
    const { abandonedAtMs, idlePowerW, meter } = end;
    const own = runRecord({ ...this.#facts(), abandonedAtMs, idlePowerW, wallS, meter, transitions: 0 }, stretch.tally);
    if (isWhole) gathered.repeats.push(repeatFigures(this.#options.seed, own, runMetrics(own)));
  }

  #write(entry: JournalEntry): void {
    this.#ports.journal?.append(encodeEntry(entry));
  }

  #facts() {
    const { site } = this.#ports;
    return { header: this.#header, mode: site.mode, config: configAt(this.#options, site) };
  }

  /** @param isTakenUp what earlier processes cost nobody knows */
  #record(isTakenUp: boolean): RunRecord {
    const { site } = this.#ports;
    const gathered = this.#gathered;
    return benchRecord({
      ...this.#facts(),
      options: this.#options,
      site,
      pool: this.#pool,
      interrupted: this.#stop.aborted ? stopReason(this.#stop.reason) : null,
      client: { eventLoopDelayMs: gathered.eventLoopDelayMs, cpuS: isTakenUp ? null : gathered.cpuS },
      warmUps: gathered.warmUps,
      invalidReasons: [...new Set([...gathered.warnings, ...gathered.clockReasons])],
      repeats: gathered.repeats,
      transitions: gathered.transitions,
      wallS: gathered.wallS,
      resumed: gathered.resumed,
      otherWork: this.#work.reason(),
      wall: this.#wall,
    });
  }
}

const stopReason = (reason: unknown): string =>
  reason instanceof VoltanaError && reason.kind === 'signal' ? 'It was interrupted' : `It could not go on: ${(reason as Error).message}`;

/**
 * Warms up, sends the load as often as asked, and makes one record of all of it. @param kept what an earlier process measured of it
 * @param stop ends the load and keeps what was measured: Ctrl-C, or an engine that died
 * @throws what meters throw that do not answer at all; never because of what an endpoint does
 */
export const runBench = (
  options: BenchOptions,
  ports: BenchPorts,
  header: HeaderFields,
  stop: AbortSignal,
  { listener = {}, kept = [] }: { readonly listener?: BenchListener; readonly kept?: readonly KeptRepeat[] } = {},
): Promise<RunRecord> => new Benching(options, ports, header, stop, listener).run(kept);
