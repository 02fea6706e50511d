import { VoltanaError } from '../src/domain/errors.ts';
import type { BenchOptions } from '../src/compose/bench.ts';
import { toJson } from '../src/reporting/json.ts';
import { renderBench } from '../src/reporting/run/bench.ts';
import { vllmResult } from '../src/reporting/run/vllm.ts';
import { benchHooks } from './bench-lines.ts';
import type { Log } from './log.ts';
import { shown } from './screen-wanted.ts';

export interface BenchCommand {
  readonly resume: string | undefined;
  readonly argv: readonly string[];
  readonly outputs: readonly string[];
  readonly flags: { readonly json: boolean; readonly 'save-vllm'?: string | undefined };
  readonly wanted: Record<'screen' | 'color', boolean>;
  readonly log: Log;
  readonly print: (text: string) => void;
  readonly printError: (text: string) => void;
}

/** Runs and tells a bench that was planned. @returns how the command ends */
export async function benchRun(
  options: BenchOptions,
  { resume, argv, outputs, flags, wanted, log, print, printError }: BenchCommand,
): Promise<number> {
  const { checkOutputs, writeOutputs, writeResultOutputs } = await import('./outputs.ts');
  const vllmFile = flags['save-vllm'];
  const vllm = await checkOutputs(vllmFile === undefined ? [] : [vllmFile]);
  const { benchView, runBenchmark } = await import('../src/compose/bench.ts');
  const view = await benchView(options, wanted, log);
  const running = runBenchmark(options, resume, argv, benchHooks(view, options));
  const { document, comparison, exitCode, ended, run } = await shown(view, running, (outcome) => outcome.ended !== null);
  print(flags.json ? toJson(document).trimEnd() : renderBench(document, comparison));
  const { tellCi } = await import('../src/compose/ci.ts');
  await writeResultOutputs(outputs, document);
  await writeOutputs(vllm, vllmResult(document));
  await tellCi(document, printError);
  if (run !== null) log(`What was measured is kept: go on with voltana bench --resume ${run}`, 'bench', 'warn');
  if (ended instanceof VoltanaError && ended.kind === 'signal') return ended.exitCode;
  if (ended !== null) throw ended;
  return exitCode;
}
