import { Command, Flags } from '@oclif/core';
import { nameOrigin, writtenDown } from '../src/config/name-origin.ts';
import { valuesOf } from '../src/config/resolve-settings.ts';
import { VoltanaError } from '../src/domain/errors.ts';
import { EXIT, type ExitCode } from '../src/domain/exit-codes.ts';
import type { Comparison } from '../src/domain/run-record.ts';
import type { Settings } from '../src/domain/settings.ts';
import { renderComparison } from '../src/reporting/comparison.ts';
import { keptLine, overruledLine } from '../src/reporting/demo-lines.ts';
import { demoPlan } from '../src/reporting/demo-plan.ts';
import { toJson } from '../src/reporting/json.ts';
import type { DemoJournal, DemoOptions } from '../src/compose.ts';
import { commonFlags, resultFlag } from './flags.ts';
import { createLog, type Log } from './log.ts';
import { screenWanted } from './screen-wanted.ts';
import { runSettings, settingsOf } from './settings.ts';

type View = Settings & { readonly json: boolean; readonly log: Log };

const exitCodeOf = ({ verdict }: Comparison): ExitCode => {
  if (verdict === 'invalid') return EXIT.invalid;
  return verdict === 'regressed' ? EXIT.regression : EXIT.done;
};

export default class Demo extends Command {
  static override summary =
    'The main job without a GPU: an emulated cluster, profiled, fitted, and served twice; side by side with the energy saved.';

  static override flags = {
    ...commonFlags,
    output: resultFlag(
      'comparison',
      '; a demo that is stopped keeps its finished parts beside the first FILE, as NAME.partial-profile.json and so on',
    ),
    ...runSettings,
    trace: Flags.string({
      description: 'replay a trace at its own times instead; one without times at --rate',
      helpValue: 'FILE',
      exclusive: ['workload', 'rate'],
    }),
    'dry-run': Flags.boolean({ description: 'print the plan and start nothing' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Demo);
    const settings = await settingsOf(flags);
    const { demoJournal, planDemo, timestamp } = await import('../src/compose.ts');
    const { checkResultOutputs } = await import('./outputs.ts');
    const outputs = await checkResultOutputs(flags.output, 'comparison');
    const values = valuesOf(settings);
    const options = await planDemo({ ...values, trace: flags.trace }).catch((error: unknown) => {
      throw nameOrigin(error, settings);
    });
    const wanted = { ...values, json: flags.json };
    const log = createLog({ out: (line) => this.log(line), err: (line) => this.logToStderr(line), now: timestamp }, wanted);
    const overruled = flags.trace === undefined ? null : overruledLine(writtenDown(settings, ['workload', 'rate']));
    if (overruled !== null) log(overruled, 'start', 'warn');
    if (flags['dry-run']) {
      const { document, text } = demoPlan(options);
      this.log(flags.json ? toJson(document).trimEnd() : text);
      return;
    }
    const journal = demoJournal(outputs[0]);
    const comparison = await this.#measure(options, { ...wanted, log }, journal, outputs).catch(async (error: unknown) => {
      await this.#sayKept(journal, error, log);
      throw error;
    });
    const exitCode = exitCodeOf(comparison);
    if (exitCode !== EXIT.done) this.exit(exitCode);
  }

  /** Runs it and prints what came out first: a file that cannot be written must not cost the result. */
  async #measure(options: DemoOptions, wanted: View, journal: DemoJournal, outputs: readonly string[]): Promise<Comparison> {
    const { colorful, demoView, runDemo } = await import('../src/compose.ts');
    const { writeResultOutputs } = await import('./outputs.ts');
    const { json, color, log } = wanted;
    const view = await demoView(options, screenWanted(wanted, json), log);
    const onLog = (source: string, line: string): void => log(`${source}: ${line}`, 'process', 'debug');
    const comparison = await runDemo(options, ['demo', ...this.argv], { view, journal, onLog });
    this.log(json ? toJson(comparison).trimEnd() : renderComparison(comparison, { color: color && colorful() }));
    await writeResultOutputs(outputs, comparison);
    await journal.discard();
    return comparison;
  }

  /** Says what a demo that did not reach its end leaves behind. */
  async #sayKept(journal: DemoJournal, error: unknown, log: Log): Promise<void> {
    if (error instanceof VoltanaError && error.code === 'OUTPUT_CLOSED') return;
    const { finished, files } = await journal.kept();
    const line = keptLine(finished, files);
    if (line !== null) log(line, 'kept', 'warn');
  }
}
