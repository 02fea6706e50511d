import { Command, Flags } from '@oclif/core';
import { VoltanaError } from '../src/domain/errors.ts';
import { EXIT, type ExitCode } from '../src/domain/exit-codes.ts';
import type { Comparison } from '../src/domain/run-record.ts';
import { renderComparison } from '../src/reporting/comparison.ts';
import { keptLine } from '../src/reporting/demo-lines.ts';
import { demoPlan } from '../src/reporting/demo-plan.ts';
import { toJson } from '../src/reporting/json.ts';
import type { DemoJournal, DemoOptions } from '../src/compose.ts';
import { commonFlags, numberFlag, outputFlag } from './flags.ts';

type View = Readonly<Record<'quiet' | 'json' | 'verbose' | 'color' | 'tui', boolean>>;

const exitCodeOf = ({ verdict }: Comparison): ExitCode => {
  if (verdict === 'invalid') return EXIT.invalid;
  return verdict === 'regressed' ? EXIT.regression : EXIT.done;
};

export default class Demo extends Command {
  static override summary = 'The main job without a GPU: an emulated cluster, profiled, fitted, and served twice; side by side with the energy saved.';

  static override flags = {
    ...commonFlags,
    output: outputFlag('; a demo that is stopped keeps its finished parts beside the first FILE, as NAME.partial-profile.json and so on'),
    cluster: Flags.string({ description: 'shipped cluster id or cluster file', default: 'emulated-2p2d-a100-llama-3.1-8b', helpValue: 'ID|FILE' }),
    workload: Flags.string({ description: 'shipped workload id', default: 'azure-conv-2023', helpValue: 'ID' }),
    trace: Flags.string({ description: 'replay an Azure trace CSV at its own times instead', helpValue: 'FILE', exclusive: ['workload', 'rate'] }),
    rate: numberFlag('rate', 'requests per second', { min: 0.01, max: 1000 })({ default: 8, helpValue: 'R' }),
    requests: numberFlag('requests', 'how many requests', { min: 1, max: 100_000, whole: true })({ default: 160, helpValue: 'N' }),
    seed: numberFlag('seed', 'seed of everything drawn', { min: 0, max: Number.MAX_SAFE_INTEGER, whole: true })({ default: 1, helpValue: 'N' }),
    governor: Flags.string({ description: "the second run's governor: max, fixed or slo [default: the cluster file's]", helpValue: 'G' }),
    routing: Flags.string({ description: "the second run's routing: round-robin, least-requests or eco [default: the cluster file's]", helpValue: 'R' }),
    'baseline-governor': Flags.string({ description: "the first run's governor", default: 'max', helpValue: 'G' }),
    'baseline-routing': Flags.string({ description: "the first run's routing", default: 'least-requests', helpValue: 'R' }),
    clocks: Flags.string({ description: 'the clock of governor fixed', helpValue: 'MHZ|PREFILL:DECODE' }),
    'slo-ttft': numberFlag('slo-ttft', "time to first token, instead of the cluster file's", { min: 1 })({ helpValue: 'MS' }),
    'slo-itl': numberFlag('slo-itl', "mean gap between tokens, instead of the cluster file's", { min: 1 })({ helpValue: 'MS' }),
    'gateway-port': numberFlag('gateway-port', 'port of the gateway; a free one when left out', { min: 0, max: 65_535, whole: true })({ helpValue: 'PORT' }),
    tui: Flags.boolean({ description: 'the live screen, on a terminal', default: true, allowNo: true }),
    'dry-run': Flags.boolean({ description: 'print the plan and start nothing' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Demo);
    const { demoJournal, planDemo } = await import('../src/compose.ts');
    const { checkOutputs } = await import('./outputs.ts');
    const outputs = await checkOutputs(flags.output);
    const options = await planDemo({
      ...flags,
      trace: flags.trace,
      ratePerS: flags.rate,
      governor: flags.governor,
      routing: flags.routing,
      baselineGovernor: flags['baseline-governor'],
      baselineRouting: flags['baseline-routing'],
      clocks: flags.clocks,
      sloTtftMs: flags['slo-ttft'],
      sloItlMs: flags['slo-itl'],
      gatewayPort: flags['gateway-port'],
    });
    if (flags['dry-run']) {
      const { document, text } = demoPlan(options);
      this.log(flags.json ? toJson(document).trimEnd() : text);
      return;
    }
    const journal = demoJournal(outputs[0]);
    const comparison = await this.#measure(options, flags, journal, outputs).catch(async (error: unknown) => {
      await this.#sayKept(journal, error);
      throw error;
    });
    const exitCode = exitCodeOf(comparison);
    if (exitCode !== EXIT.done) this.exit(exitCode);
  }

  /** Runs it and prints what came out first: a file that cannot be written must not cost the result. */
  async #measure(options: DemoOptions, { quiet, json, verbose, color, tui }: View, journal: DemoJournal, outputs: readonly string[]): Promise<Comparison> {
    const { colorful, demoView, runDemo } = await import('../src/compose.ts');
    const { writeOutputs } = await import('./outputs.ts');
    // Progress is text for people: beside the table without --json, on stderr with it.
    const progress = (line: string): void => (json ? this.logToStderr(line) : this.log(line));
    const screen = tui && !quiet && !json && !verbose;
    const view = await demoView(options, { screen, color }, quiet ? () => undefined : progress);
    const onLog = (source: string, line: string): void => {
      if (verbose) this.logToStderr(`${source}: ${line}`);
    };
    const comparison = await runDemo(options, ['demo', ...this.argv], { view, journal, onLog });
    this.log(json ? toJson(comparison).trimEnd() : renderComparison(comparison, { color: color && colorful() }));
    await writeOutputs(outputs, comparison);
    await journal.discard();
    return comparison;
  }

  /** Says what a demo that did not reach its end leaves behind. */
  async #sayKept(journal: DemoJournal, error: unknown): Promise<void> {
    if (error instanceof VoltanaError && error.code === 'OUTPUT_CLOSED') return;
    const { finished, files } = await journal.kept();
    const line = keptLine(finished, files);
    if (line !== null) this.logToStderr(line);
  }
}
