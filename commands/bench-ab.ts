import { VoltanaError } from '../src/domain/errors.ts';
import type { AskedAb } from '../src/compose/bench-ab.ts';
import type { BenchRequest } from '../src/compose/bench.ts';
import { abPlan, abProgressText } from '../src/reporting/run/ab-plan.ts';
import { renderJudged } from '../src/reporting/run/compared.ts';
import { toJson } from '../src/reporting/json.ts';
import type { Log } from './log.ts';
import { shown } from './screen-wanted.ts';

const DEFAULT_BLOCKS = 8;
const DEFAULT_PERIOD_S = 60;

interface AbFlags {
  readonly ab?: readonly string[] | undefined;
  readonly blocks?: number | undefined;
  readonly period?: number | undefined;
  readonly washout?: number | undefined;
  readonly aa: boolean;
}

/** Null where no A/B test was asked for. */
export const abAsked = ({ ab, blocks, period, washout, aa }: AbFlags): AskedAb | null =>
  ab === undefined ? null : { arms: ab, blocks: blocks ?? DEFAULT_BLOCKS, periodS: period ?? DEFAULT_PERIOD_S, washoutS: washout, aa };

interface AbCommand {
  readonly request: BenchRequest;
  readonly ab: AskedAb;
  readonly resume: string | undefined;
  readonly argv: readonly string[];
  readonly outputs: readonly string[];
  readonly flags: { readonly json: boolean; readonly 'dry-run': boolean; readonly color: boolean };
  readonly wanted: Record<'screen' | 'color', boolean>;
  readonly log: Log;
  readonly print: (text: string) => void;
  readonly printError: (text: string) => void;
}

/** Plans, runs and tells an A/B test. @returns how the command ends */
export async function benchAb({ request, ab, resume, argv, outputs, flags, wanted, log, print, printError }: AbCommand): Promise<number> {
  const { abView, planAbTest, runAbTest } = await import('../src/compose/bench-ab.ts');
  const plan = await planAbTest(request, ab);
  if (flags['dry-run']) {
    const { document, text } = abPlan(plan);
    print(flags.json ? toJson(document).trimEnd() : text);
    return 0;
  }
  const view = await abView(plan, wanted, log);
  const { say, sayBelow } = view;
  const testing = runAbTest(plan, { request, ab }, resume, argv, {
    onLog: (source, line) => say(`${source}: ${line}`, 'process', 'debug'),
    note: (text) => say(text, 'bench', 'warn'),
    kept: (id) => sayBelow(`kept as ${id}`, 'bench'),
    progress: (progress) => {
      view.abProgress(progress);
      say(abProgressText(progress), 'bench');
    },
    watch: view.ab,
  });
  const { document, exitCode, ended, run } = await shown(view, testing, (outcome) => outcome.ended !== null);
  const { colorful } = await import('../src/compose.ts');
  print(flags.json ? toJson(document).trimEnd() : renderJudged(document, { color: flags.color && colorful() }));
  const { writeResultOutputs } = await import('./outputs.ts');
  const { tellCi } = await import('../src/compose/ci.ts');
  await writeResultOutputs(outputs, document);
  await tellCi(document, printError);
  if (run !== null) log(`The periods that were measured are kept: go on with voltana bench --resume ${run}`, 'bench', 'warn');
  if (ended instanceof VoltanaError && ended.kind === 'signal') return ended.exitCode;
  if (ended !== null) throw ended;
  return exitCode;
}
