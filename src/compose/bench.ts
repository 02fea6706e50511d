import { digestOf, newSalt } from '../adapters/host/digest.ts';
import { headerFields } from '../adapters/host/document-header.ts';
import { fileStore } from '../adapters/host/fs-store.ts';
import { realTime } from '../adapters/host/real-time.ts';
import { createRunArchive } from '../adapters/host/run-archive.ts';
import { shippedProfiles } from '../adapters/host/shipped-profiles.ts';
import { watchEventLoop } from '../adapters/load/event-loop-watch.ts';
import { createStreamLoad } from '../adapters/load/stream/stream-load.ts';
import { targetOf } from '../adapters/load/stream/target.ts';
import { VoltanaError } from '../domain/errors.ts';
import type { ExitCode } from '../domain/exit-codes.ts';
import type { Comparison, RunRecord } from '../domain/run-record.ts';
import type { LoadSource } from '../ports/load-source.ts';
import type { RunJournal } from '../ports/run-archive.ts';
import type { WallMeter } from '../ports/wall-meter.ts';
import { runBench, type BenchListener } from '../runs/benchmarking/bench.ts';
import { configAt, DEFAULT_SLO } from '../runs/benchmarking/planned-config.ts';
import { readPlan, readRequest, type AskedPlan } from '../runs/benchmarking/read-plan.ts';
import type { BenchOptions, BenchRequest } from '../runs/benchmarking/request.ts';
import { resolveBench, type AskedStandards } from '../runs/benchmarking/resolve.ts';
import { keptOf, type KeptRepeat } from '../runs/benchmarking/resume.ts';
import type { BenchSite } from '../runs/benchmarking/site.ts';
import { plainBenchView, screenBenchView, type BenchView } from '../runs/benchmarking/view.ts';
import type { Say } from '../runs/job-screen.ts';
import { readBaseline } from '../runs/judging/standards.ts';
import { Library } from '../runs/library.ts';
import { readTraceFile } from '../runs/tracing/read-trace.ts';
import { judge } from '../telemetry/judging/judge.ts';
import { unservedWarning } from '../telemetry/unserved.ts';
import { accessOf, type Access } from './bench-access.ts';
import { keep, type KeepingHooks } from './bench-keeping.ts';
import { clusterGround, urlSite } from './bench-sites.ts';
import { wallOf } from './bench-wall.ts';
import type { LineLog } from './launchers.ts';
import { screenPorts, type WantedScreen } from './screen.ts';
import { underSignals } from './signals.ts';

export type { AskedStandards, BenchOptions, BenchRequest, BenchView };

/** How a bench is shown: on a terminal as a live screen if `wanted` says so, otherwise in lines. */
export async function benchView(options: BenchOptions, wanted: WantedScreen, say: Say): Promise<BenchView> {
  const ports = await screenPorts(wanted, say);
  return ports === null ? plainBenchView(say) : screenBenchView(options, ports, say);
}

/** What looking up needs. */
export const resolvePorts = () => ({
  library: new Library(shippedProfiles(fileStore()), fileStore()),
  readTrace: (file: string) => readTraceFile(fileStore(), file),
  hash: digestOf,
  archive: createRunArchive(),
  checkUrl: (url: string) => void targetOf(url, ''),
});

/** Looks everything up and checks it; nothing is started and nobody is asked. @throws VoltanaError of exit code 2 */
export const planBench = (request: BenchRequest, standards: AskedStandards): Promise<BenchOptions> =>
  resolveBench(request, standards, resolvePorts());

/** What somebody asked of an earlier run: its document's, or its journal's. @throws VoltanaError FILE_MALFORMED for what is no bench */
export async function requestOf(run: string): Promise<BenchRequest> {
  const { text, path } = await createRunArchive().read(run);
  const { bench } = JSON.parse(text) as Partial<RunRecord>;
  if (bench?.request) return readRequest(bench.request, path);
  throw new VoltanaError('FILE_MALFORMED', `${path} is no record of a bench`, {
    hint: 'Give a run of voltana bench: a file, a folder or an id.',
  });
}

/** The first line of a journal: enough to ask for the same again. */
interface Plan {
  readonly request: BenchRequest;
  readonly scheduleHash: string;
  readonly standards: AskedStandards;
}

export interface BenchHooks extends BenchListener, KeepingHooks {
  readonly onLog: LineLog;
}

export interface BenchOutcome {
  readonly document: RunRecord;
  /** With the baseline, where there is one. */
  readonly comparison: Comparison | null;
  readonly exitCode: ExitCode;
  /** Why it ended before its time; null when it did not. */
  readonly ended: VoltanaError | Error | null;
  /** Id of its journal, where it can be taken up again. */
  readonly run: string | null;
}

/** A run as it is kept, new or taken up again. */
interface Kept {
  readonly journal: RunJournal;
  readonly repeats: readonly KeptRepeat[];
}

async function begun(options: BenchOptions): Promise<Kept> {
  const { request, planned, thresholds, baseline, strict } = options;
  const standards = { thresholds: thresholds.map(({ text }) => text), baseline, strict };
  const plan: Plan = { request, scheduleHash: planned.load.scheduleHash, standards };
  return { journal: await createRunArchive().begin('bench', plan), repeats: [] };
}

const OTHER_WORK = 'the work that it planned is not what the same request gives now: its trace, workload or cluster file has changed';

async function takenUp(run: string, options: BenchOptions, note: BenchHooks['note']): Promise<Kept> {
  const { journal, plan, entries } = await createRunArchive().reopen(run);
  const { scheduleHash } = plan as Partial<Plan>;
  try {
    if (scheduleHash !== options.planned.load.scheduleHash) throw new VoltanaError('BAD_VALUE', `${run} cannot go on: ${OTHER_WORK}`);
    const { repeats, notes } = await keptOf(entries);
    notes.forEach(note);
    return { journal, repeats };
  } catch (error) {
    await journal.close();
    throw error;
  }
}

/** What a partial run was asked. @throws VoltanaError as `RunArchive.look` does; BAD_VALUE for one that is no bench, FILE_MALFORMED */
export async function planOfPartial(run: string): Promise<AskedPlan> {
  const { plan, entry } = await createRunArchive().look(run);
  if (entry.command === 'bench') return readPlan(plan, `the plan of run ${entry.id}`);
  throw new VoltanaError('BAD_VALUE', `${run} is a run of voltana ${entry.command}, not of bench`);
}

async function openSite(
  options: BenchOptions,
  access: Access,
  argv: readonly string[],
  signal: AbortSignal,
  onLog: LineLog,
): Promise<BenchSite> {
  const { site, seed } = options;
  if (site.kind === 'url') return urlSite(site, options, access, signal);
  const { serve } = site;
  const evidence = serve.cluster.engine.kind === 'emulated' ? ('emulated' as const) : ('measured' as const);
  const ground = await clusterGround(serve, options, access, { ...headerFields(argv, seed), evidence }, signal, onLog);
  try {
    const served = await ground.serve(serve, signal);
    return { ...served, close: () => served.close().finally(() => ground.close()) };
  } catch (error) {
    await ground.close();
    throw error;
  }
}

/** Open or closed, as was planned. */
export async function loadOf(
  { api, planned }: BenchOptions,
  { url, model, tokensPerWord }: BenchSite,
  access: Access,
): Promise<LoadSource> {
  const common = { url, model, tokensPerWord, api, time: realTime(), ...access };
  const { concurrency } = planned.load;
  if (concurrency === null) return createStreamLoad(common);
  const { createClosedLoad } = await import('../adapters/load/autocannon/closed-load.ts');
  return createClosedLoad({ ...common, concurrency });
}

const baselineOf = async (options: BenchOptions, site: BenchSite) => {
  const { baseline, planned, seed, api } = options;
  if (baseline === undefined) return null;
  const load = { ...planned.load, api, url: site.shownUrl };
  return readBaseline(baseline, { config: configAt(options, site), seed, load }, createRunArchive());
};

async function benchAt(
  options: BenchOptions,
  site: BenchSite,
  access: Access,
  kept: Kept | null,
  wall: WallMeter | null,
  argv: readonly string[],
  signal: AbortSignal,
  hooks: BenchHooks,
): Promise<BenchOutcome> {
  const baseline = await baselineOf(options, site);
  // Only now is there something to keep: what was refused before leaves no run behind.
  const { journal, repeats } = kept ?? (await begun(options));
  if (options.slo === null && site.config.slo === null)
    hooks.note(
      `Nobody promised anything here: judged by a TTFT of ${DEFAULT_SLO.ttftMs} ms and a mean gap between tokens of ${DEFAULT_SLO.itlMs} ms. Say otherwise with --slo-ttft and --slo-itl.`,
    );
  const failure = new AbortController();
  void site.failed.then((error) => failure.abort(error));
  void journal.failed.then((error) => hooks.note(`The journal of this run is lost: ${error.message}`));
  const stop = AbortSignal.any([signal, failure.signal]);
  const client = watchEventLoop();
  try {
    const header = { ...headerFields(argv, options.seed), evidence: site.evidence };
    hooks.opened?.(site);
    const ports = { time: realTime(), site, load: await loadOf(options, site, access), journal, client, salt: newSalt(), wall };
    const record = await runBench(options, ports, header, stop, { listener: hooks, kept: repeats });
    const { judgement, comparison, exitCode } = judge(record, { thresholds: options.thresholds, baseline, strict: options.strict });
    const unserved = unservedWarning(
      record,
      options.thresholds.map(({ metric }) => metric),
    );
    if (unserved !== null) hooks.note(unserved);
    const document = options.thresholds.length > 0 || baseline ? { ...record, judgement } : record;
    const ended = stop.aborted ? (stop.reason as Error) : null;
    if (ended === null) await keep(journal, document, hooks);
    return { document, comparison, exitCode, ended, run: ended === null ? null : journal.id };
  } finally {
    client.close();
    await journal.close();
  }
}

async function benchWith(
  wall: WallMeter | null,
  options: BenchOptions,
  access: Access,
  resume: string | undefined,
  argv: readonly string[],
  signal: AbortSignal,
  hooks: BenchHooks,
): Promise<BenchOutcome> {
  const kept = resume === undefined ? null : await takenUp(resume, options, hooks.note);
  try {
    const site = await openSite(options, access, argv, signal, hooks.onLog);
    try {
      return await benchAt(options, site, access, kept, wall, argv, signal, hooks);
    } finally {
      await site.close();
    }
  } finally {
    await kept?.journal.close();
  }
}

/**
 * Benches what was planned, to its end or to the first signal. Everything that it has started is stopped then.
 * @param resume a partial run to go on with
 * @throws VoltanaError where nothing could be measured
 */
export const runBenchmark = (
  options: BenchOptions,
  resume: string | undefined,
  argv: readonly string[],
  hooks: BenchHooks,
): Promise<BenchOutcome> =>
  underSignals('bench', async (signal) => {
    const access = await accessOf(options);
    const wall = await wallOf(options);
    try {
      return await benchWith(wall, options, access, resume, argv, signal, hooks);
    } finally {
      await wall?.close();
    }
  });
