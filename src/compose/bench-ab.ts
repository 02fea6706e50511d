import { newSalt } from '../adapters/host/digest.ts';
import { headerFields } from '../adapters/host/document-header.ts';
import { realTime } from '../adapters/host/real-time.ts';
import { createRunArchive } from '../adapters/host/run-archive.ts';
import type { AbResult, ArmName } from '../domain/ab.ts';
import type { VoltanaError } from '../domain/errors.ts';
import { EXIT, type ExitCode } from '../domain/exit-codes.ts';
import type { Comparison, RunRecord } from '../domain/run-record.ts';
import type { RunJournal } from '../ports/run-archive.ts';
import { runAb, type AbProgress, type DonePeriod, type PlannedPeriod } from '../runs/benchmarking/ab.ts';
import { abComparison, armRecord } from '../runs/benchmarking/ab-record.ts';
import { ArmRunner, type PeriodParts } from '../runs/benchmarking/ab-runner.ts';
import { encodeEntry } from '../runs/benchmarking/journal-lines.ts';
import { configAt, sloAt } from '../runs/benchmarking/planned-config.ts';
import { readJournal } from '../runs/benchmarking/read-journal.ts';
import { BenchPool } from '../runs/benchmarking/pool.ts';
import { plainBenchView, screenAbView, type AbWatch, type BenchView } from '../runs/benchmarking/view.ts';
import type { Say } from '../runs/job-screen.ts';
import type { BenchRequest } from '../runs/benchmarking/request.ts';
import { resolveAb, type AbPlan, type AskedAb } from '../runs/benchmarking/resolve-ab.ts';
import { salted } from '../runs/benchmarking/salt.ts';
import type { BenchSite } from '../runs/benchmarking/site.ts';
import { comparisonExitCode } from '../telemetry/judging/judge.ts';
import type { HeaderFields } from '../telemetry/document-header.ts';
import { loadOf, resolvePorts } from './bench.ts';
import { accessOf, type Access } from './bench-access.ts';
import { keep, type KeepingHooks } from './bench-keeping.ts';
import { clusterGround, urlSite } from './bench-sites.ts';
import type { LineLog } from './launchers.ts';
import { screenPorts, type WantedScreen } from './screen.ts';
import { underSignals } from './signals.ts';

export type { AbPlan, AskedAb };

export const planAbTest = (request: BenchRequest, asked: AskedAb): Promise<AbPlan> => resolveAb(request, asked, resolvePorts());

/** How a test is shown: on a terminal as a live screen if `wanted` says so, otherwise in lines. */
export async function abView(plan: AbPlan, wanted: WantedScreen, say: Say): Promise<BenchView> {
  const ports = await screenPorts(wanted, say);
  return ports === null ? plainBenchView(say) : screenAbView(plan, ports, say);
}

export interface AbHooks extends KeepingHooks {
  readonly onLog: LineLog;
  readonly progress: (progress: AbProgress) => void;
  readonly watch: AbWatch;
}

export interface AbEnd {
  readonly document: Comparison;
  readonly exitCode: ExitCode;
  readonly ended: VoltanaError | null;
  readonly run: string | null;
}

/** Where both configurations take turns. */
interface Rig {
  serve(arm: ArmName, signal: AbortSignal): Promise<BenchSite>;
  close(): Promise<void>;
}

async function rigOf({ arms }: AbPlan, access: Access, header: HeaderFields, signal: AbortSignal, onLog: LineLog): Promise<Rig> {
  const [a, b] = [arms.A.site, arms.B.site];
  if (a.kind === 'url' || b.kind === 'url') {
    const serve = (arm: ArmName, ends: AbortSignal): Promise<BenchSite> => {
      const { site } = arms[arm];
      if (site.kind === 'url') return urlSite(site, arms[arm], access, ends);
      throw new Error('both arms are URLs, or none is');
    };
    return { serve, close: () => Promise.resolve() };
  }
  const serves = { A: a.serve, B: b.serve };
  const ground = await clusterGround(serves.A, arms.A, access, header, signal, onLog);
  return { serve: (arm, ends) => ground.serve(serves[arm], ends), close: () => ground.close() };
}

/** The first line of its journal: what it was asked, and what was fixed before the first request. */
interface Plan {
  readonly request: BenchRequest;
  readonly ab: AskedAb;
}

async function journalOf(asked: Plan, resume: string | undefined): Promise<{ journal: RunJournal; done: readonly DonePeriod[] }> {
  if (resume === undefined) return { journal: await createRunArchive().begin('bench', asked), done: [] };
  const { journal, entries } = await createRunArchive().reopen(resume);
  try {
    return { journal, done: (await readJournal(entries, {})).periods };
  } catch (error) {
    await journal.close();
    throw error;
  }
}

interface Running {
  readonly salt: string;
  readonly done: readonly DonePeriod[];
  readonly watch: AbWatch;
}

function runnerOf(plan: AbPlan, rig: Rig, access: Access, header: HeaderFields, { salt, done, watch }: Running): ArmRunner {
  const { arms, loads } = plan;
  return new ArmRunner({
    time: realTime(),
    serve: (arm, signal) => rig.serve(arm, signal),
    loadFor: (site) => loadOf(arms.A, site, access),
    washoutLoad: ({ phase, block, index }: PlannedPeriod) => salted(loads[phase][block]!.washout, `${salt}-washout-${phase}${index}`),
    slo: (site) => sloAt(arms.A, site),
    facts: (site) => ({ header: { ...header, evidence: site.evidence }, mode: site.mode, config: configAt(arms.A, site) }),
    beganS: Math.max(0, ...done.map(({ period }) => period.endS)),
    watch,
  });
}

interface Rest {
  readonly plan: AbPlan;
  readonly header: HeaderFields;
  readonly warnings: readonly string[];
  readonly wallS: number;
}

/** An arm that was not measured has an empty record: its rig was not fit, or all of it came before. */
function documentOf(result: AbResult, runner: ArmRunner, { plan: { arms }, header, warnings, wallS }: Rest): Comparison | null {
  const known = runner.sites.A ?? runner.sites.B;
  if (known === undefined) return null;
  const recordOf = (arm: ArmName): RunRecord => {
    const site = runner.sites[arm] ?? known;
    const config = configAt(arms[arm], site);
    const pool = runner.pools[arm] ?? new BenchPool(config.slo, 0);
    return armRecord(pool, { header: { ...header, evidence: site.evidence }, mode: site.mode, config, wallS, warnings });
  };
  return abComparison(result, { A: recordOf('A'), B: recordOf('B') }, header);
}

/** Both configurations in turns, to the end or to the first signal. */
export const runAbTest = (plan: AbPlan, asked: Plan, resume: string | undefined, argv: readonly string[], hooks: AbHooks): Promise<AbEnd> =>
  underSignals('bench', async (signal) => {
    const { arms, loads } = plan;
    const evidence = arms.A.site.kind === 'cluster' && arms.A.site.serve.cluster.engine.kind === 'emulated' ? 'emulated' : 'measured';
    const header = { ...headerFields(argv, arms.A.seed), evidence } as const;
    plan.notes.forEach(hooks.note);
    // Both arms are asked for with the same key, as both come from one request.
    const access = await accessOf(arms.A);
    const rig = await rigOf(plan, access, header, signal, hooks.onLog);
    try {
      const { journal, done } = await journalOf(asked, resume);
      try {
        const warnings = new Set<string>();
        const salt = newSalt();
        const runner = runnerOf(plan, rig, access, header, { salt, done, watch: hooks.watch });
        const startedAtMs = realTime().nowMs();
        const { result, interrupted } = await runAb<PeriodParts>({
          arms: plan.names,
          design: plan.design,
          aaDesign: plan.aaDesign,
          runner,
          scheduleOf: (phase, block) => salted(loads[phase][block]!.schedule, salt),
          seed: arms.A.seed,
          signal,
          done,
          onPeriod: (period, parts) => {
            journal.append(encodeEntry({ kind: 'period', done: period }));
            hooks.watch.period?.(period);
            parts.warnings.forEach((warning) => warnings.add(warning));
            if (parts.run.validity.verdict === 'invalid') parts.run.validity.reasons.forEach((reason) => warnings.add(reason));
          },
          onProgress: hooks.progress,
        });
        const wallS = (realTime().nowMs() - startedAtMs) / 1000;
        const document = documentOf(result, runner, { plan, header, warnings: [...warnings], wallS });
        if (document === null) throw signal.reason;
        if (!interrupted) await keep(journal, document, hooks);
        const ended = interrupted ? (signal.reason as VoltanaError) : null;
        return {
          document,
          exitCode: interrupted ? EXIT.invalid : comparisonExitCode(document, false),
          ended,
          run: interrupted ? journal.id : null,
        };
      } finally {
        await journal.close();
      }
    } finally {
      await rig.close();
    }
  });
