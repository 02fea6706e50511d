import { digestOf } from '../adapters/host/digest.ts';
import { headerFields } from '../adapters/host/document-header.ts';
import { fileStore } from '../adapters/host/fs-store.ts';
import { threadEntry } from '../adapters/host/installation.ts';
import { realTime } from '../adapters/host/real-time.ts';
import { createRunArchive } from '../adapters/host/run-archive.ts';
import { shippedProfiles } from '../adapters/host/shipped-profiles.ts';
import { statusLine, type StatusLine } from '../adapters/host/status-line.ts';
import { coreCount, threadPool } from '../adapters/host/worker-pool.ts';
import { clusterText } from '../config/cluster-text.ts';
import { VoltanaError } from '../domain/errors.ts';
import type { ClusterFile } from '../domain/cluster.ts';
import type { TuningTiers } from '../domain/tuning-tiers.ts';
import type { Evaluation, Tuning, TuningChoice } from '../domain/tuning.ts';
import { MS_PER_S } from '../domain/units.ts';
import type { RunJournal } from '../ports/run-archive.ts';
import { readRun } from '../runs/judging/standards.ts';
import { Library } from '../runs/library.ts';
import type { Say } from '../runs/job-screen.ts';
import { readTraceFile } from '../runs/tracing/read-trace.ts';
import { clusterOf } from '../runs/tuning/cluster-of.ts';
import { tuningDocument } from '../runs/tuning/document.ts';
import { Driver, type DriveListener } from '../runs/tuning/drive.ts';
import { variantOf } from '../runs/tuning/ground.ts';
import { readEvaluations, type Finding } from '../runs/tuning/journal-lines.ts';
import { ProgressWatch, type TuneProgress } from '../runs/tuning/progress.ts';
import { readJournalPlan, type JournalPlan } from '../runs/tuning/read-plan.ts';
import type { TuneRequest } from '../runs/tuning/request.ts';
import { refuseOther, resolveTuning, sameGround, type TunePlan } from '../runs/tuning/resolve.ts';
import { canonicalText } from '../runs/tuning/task-key.ts';
import { tiersDocument } from '../runs/tuning/tiers/document.ts';
import { requestsAfter, tune, type TuneResult } from '../runs/tuning/tune.ts';
import { plainSearchView, screenSearchView, type SearchView } from '../runs/tuning/view.ts';
import type { EvaluationTask } from '../tuning/types.ts';
import { keep, type KeepingHooks } from './bench-keeping.ts';
import { screenPorts, type WantedScreen } from './screen.ts';
import { underSignals } from './signals.ts';

export { requestsAfter, statusLine };
export type { SearchView, StatusLine, TunePlan, TuneProgress, TuneRequest };

/** How a search is shown: on a terminal as a live screen if `wanted` says so, otherwise in lines. */
export async function searchView(
  plan: TunePlan,
  { workers }: Pick<TuneWishes, 'workers'>,
  wanted: WantedScreen,
  say: Say,
): Promise<SearchView> {
  const ports = await screenPorts(wanted, say);
  return ports === null ? plainSearchView(say) : screenSearchView(plan, workers ?? coreCount(), ports, say);
}

/** Looks everything up and checks it; nothing is simulated. @throws VoltanaError of exit code 2 */
export const planTuning = (request: TuneRequest): Promise<TunePlan> =>
  resolveTuning(request, {
    library: new Library(shippedProfiles(fileStore()), fileStore()),
    readTrace: (file) => readTraceFile(fileStore(), file),
    readRun: (run) => readRun(run, createRunArchive()),
  });

/** What an interrupted search was asked. @throws VoltanaError UNKNOWN_ID, BAD_VALUE for a run of another command, FILE_MALFORMED */
export async function searchOfPartial(run: string): Promise<TuneRequest> {
  const { plan } = await createRunArchive().look(run);
  return readJournalPlan(plan, run).request;
}

export interface TuneHooks extends KeepingHooks {
  readonly progress: (progress: TuneProgress, isNewStage: boolean) => void;
  /** Left out where nobody wants to know. */
  readonly evaluated?: ((task: EvaluationTask, evaluation: Evaluation) => void) | undefined;
}

export interface TuneWishes {
  /** A partial run to go on with. */
  readonly resume: string | undefined;
  readonly workers: number | undefined;
  readonly argv: readonly string[];
}

/** A configuration as a cluster file. */
function clusterFor({ ground, cluster, constraints }: TunePlan, choice: TuningChoice): ClusterFile {
  const variant = variantOf(ground, choice.variant);
  return clusterOf(choice, variant, { slo: constraints.slo, given: cluster });
}

/** What is said of both tiers; null where there is one. */
function tiersOf(plan: TunePlan, { tiers }: TuneResult): TuningTiers | null {
  return plan.batch === null || tiers === null ? null : tiersDocument(plan, plan.batch, tiers, (choice) => clusterFor(plan, choice));
}

const COMMENT = [
  'Recommended by voltana tune --search; its figures are simulated.',
  'Serve it with: voltana serve --cluster FILE. What each key means: docs/cluster-file.md.',
];

/** `tuned.yaml` -> `tuned-batch.yaml`. */
const batchName = (file: string): string => file.replace(/(\.[^./\\]*)?$/, '-batch$1');

/** Where recommended clusters will be written: one for each tier. */
export const clusterNames = ({ batch }: TunePlan, file: string): string[] => (batch === null ? [file] : [file, batchName(file)]);

/** The recommended clusters as files, YAML or JSON by their ending. */
export function clusterFiles({ recommended, tiers }: Tuning, file: string): { readonly file: string; readonly text: string }[] {
  const clusters = tiers?.ways.find(({ way }) => way === tiers.recommended)?.clusters ?? [recommended.cluster];
  const names = [file, batchName(file)];
  return clusters.map((cluster, i) => ({ file: names[i]!, text: clusterText(cluster, names[i]!, COMMENT) }));
}

/** Enough to tell some thousand runs of a simulator apart. */
const KEY_CHARACTERS = 32;
const keyOf = (text: string): string => digestOf([text]).slice(0, KEY_CHARACTERS);

interface Kept {
  readonly journal: RunJournal;
  readonly known: ReadonlyMap<string, Finding>;
}

async function taken(run: string, ground: string, { note }: TuneHooks): Promise<Kept> {
  const { plan, salvaged, journal } = await createRunArchive().reopen(run);
  const skipped = (error: Error): void => note(`${error.message}: what it held is evaluated again`);
  try {
    if (readJournalPlan(plan, run).ground !== ground) refuseOther(run);
    return { journal, known: await readEvaluations(salvaged(skipped), skipped) };
  } catch (error) {
    await journal.close();
    throw error;
  }
}

async function keptOf(plan: TunePlan, { resume }: TuneWishes, voltana: string, hooks: TuneHooks): Promise<Kept> {
  // Another version may simulate otherwise.
  const ground = digestOf([voltana, canonicalText(sameGround(plan))]);
  if (resume !== undefined) return taken(resume, ground, hooks);
  const journalPlan: JournalPlan = { request: plan.request, ground };
  return { journal: await createRunArchive().begin('tune', journalPlan), known: new Map() };
}

const goOnWith = (id: string): string => `What was evaluated is kept: go on with voltana tune --search --resume ${id}`;

/** An end from outside says how to go on. */
function resumable(error: unknown, id: string, { note }: TuneHooks): unknown {
  if (error instanceof VoltanaError && error.kind === 'signal')
    return new VoltanaError(error.code, error.message, { hint: `${goOnWith(id)}.`, cause: error.cause });
  if (!(error instanceof VoltanaError) || error.kind !== 'user') note(goOnWith(id));
  return error;
}

export interface Searched {
  readonly tuning: Tuning;
  /** Why it does not stand among the recorded runs; null where it does. */
  readonly unkept: Error | null;
}

async function searched(plan: TunePlan, wishes: TuneWishes, hooks: TuneHooks, signal: AbortSignal): Promise<Searched> {
  const time = realTime();
  const startedMs = time.nowMs();
  const header = headerFields(wishes.argv, plan.seed);
  const { journal, known } = await keptOf(plan, wishes, header.voltana, hooks);
  const size = wishes.workers ?? coreCount();
  const pool = threadPool<EvaluationTask, Evaluation>({ entry: threadEntry('tuning-worker'), ground: plan.ground, size });
  void journal.failed.then((error) => hooks.note(`${error.message} The search goes on, and cannot be resumed.`));
  try {
    const watch = new ProgressWatch(plan, () => time.nowMs(), hooks.progress);
    const listener: DriveListener = {
      batch: watch.batch,
      done(task, evaluation, isNew) {
        hooks.evaluated?.(task, evaluation);
        watch.done(task, evaluation, isNew);
      },
    };
    const driver = new Driver({ pool, digest: keyOf, journal, known, listener, signal });
    const result = await driver.drive(tune(plan));
    const tuning = tuningDocument({
      ...result,
      plan,
      tiers: tiersOf(plan, result),
      clusterOf: (choice) => clusterFor(plan, choice),
      header,
      workers: pool.size,
      wallS: (time.nowMs() - startedMs) / MS_PER_S,
    });
    return { tuning, unkept: await keep(journal, tuning, hooks) };
  } catch (error) {
    throw resumable(error, journal.id, hooks);
  } finally {
    await pool.close();
    await journal.close();
  }
}

/** Searches as planned, to its end or to the first signal; threads end in any case, and what was evaluated is kept. */
export const runTuning = (plan: TunePlan, wishes: TuneWishes, hooks: TuneHooks): Promise<Searched> =>
  underSignals('search', (signal) => searched(plan, wishes, hooks, signal));
