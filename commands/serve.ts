import { Command, Flags } from '@oclif/core';
import { nameOrigin } from '../src/config/name-origin.ts';
import { valuesOf } from '../src/config/resolve-settings.ts';
import { EXIT } from '../src/domain/exit-codes.ts';
import { toJson } from '../src/reporting/json.ts';
import { servePlan } from '../src/reporting/serve-plan.ts';
import { renderServed } from '../src/reporting/simulation/summary.ts';
import { commonFlags, numberFlag, numberSetting, resultFlag, switchSetting, textSetting } from './flags.ts';
import { createLog } from './log.ts';
import { settingsOf } from './settings.ts';

export default class Serve extends Command {
  static override summary =
    'Launches or attaches to a cluster and serves it: OpenAI-compatible gateway, routing and clock control, with the live screen.';

  static override flags = {
    ...commonFlags,
    output: resultFlag('run'),
    cluster: textSetting('cluster'),
    fitted: Flags.string({
      description: "fitted profile of this cluster [default: the cluster file's control.fitted]",
      helpValue: 'FILE|ID',
    }),
    governor: textSetting('governor'),
    routing: textSetting('routing'),
    clocks: textSetting('clocks'),
    'slo-ttft': numberSetting('sloTtftMs'),
    'slo-itl': numberSetting('sloItlMs'),
    'gateway-port': numberSetting('gatewayPort'),
    seed: numberSetting('seed'),
    tui: switchSetting('tui'),
    duration: numberFlag('duration', 'end after S seconds [default: Ctrl-C ends it]', { min: 0.1, max: 1e9 })({ helpValue: 'S' }),
    'dry-run': Flags.boolean({ description: 'print every command and manifest, and start nothing' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Serve);
    const settings = await settingsOf(flags);
    const values = valuesOf(settings);
    const { planServe, runServe, serveSteps, serveView } = await import('../src/compose/serving.ts');
    const { timestamp } = await import('../src/compose.ts');
    const { checkResultOutputs, writeResultOutputs } = await import('./outputs.ts');
    const outputs = await checkResultOutputs(flags.output);
    const planAgain = (): ReturnType<typeof planServe> =>
      planServe({ ...values, fitted: flags.fitted, durationS: flags.duration }).catch((error: unknown) => {
        throw nameOrigin(error, settings);
      });
    const options = await planAgain();
    if (flags['dry-run']) {
      const { document, text } = servePlan(options, await serveSteps(options));
      return this.log(flags.json ? toJson(document).trimEnd() : text);
    }
    const { quiet, verbose, tui, logFormat, color } = values;
    const log = createLog(
      { out: (line) => this.log(line), err: (line) => this.logToStderr(line), now: timestamp },
      { ...values, json: flags.json },
    );
    const screen = tui && !quiet && !flags.json && !verbose && logFormat === 'text';
    const view = await serveView(options, { screen, color }, log);
    const onLog = (source: string, line: string): void => log(`${source}: ${line}`, 'process', 'debug');
    const { record, failure, interrupted } = await runServe(options, ['serve', ...this.argv], { view, onLog, planAgain });
    if (record !== null) {
      this.log(flags.json ? toJson(record).trimEnd() : renderServed(record));
      await writeResultOutputs(outputs, record);
    }
    if (failure !== null) throw failure;
    // What was asked for has been done: that it was asked for by a signal is no error to tell of.
    if (interrupted !== null) this.exit(interrupted.exitCode);
    if (record?.validity.verdict === 'invalid') this.exit(EXIT.invalid);
  }
}
