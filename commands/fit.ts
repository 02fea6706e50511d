import { Args, Command, Flags } from '@oclif/core';
import type { FitResult } from '../src/compose.ts';
import { valuesOf } from '../src/config/resolve-settings.ts';
import { toJson } from '../src/reporting/json.ts';
import { commonFlags, numberFlag, outputFlag, textSetting } from './flags.ts';
import { createLog } from './log.ts';
import { plotted } from './plots.ts';
import { settingsOf } from './settings.ts';

const ENDINGS = ['.json', '.csv', '.svg'] as const;

export default class Fit extends Command {
  static override summary =
    'Fits the predictor and the DVFS tables from a profile, or reads them from tables of others, with held-out errors.';

  static override strict = false;
  static override args = {
    profile: Args.string({
      name: 'PROFILE',
      description: 'profile document, or CSV: measured iterations or lookup tables; several of one deployment are one fit',
      required: true,
    }),
  };

  static override flags = {
    ...commonFlags,
    output: outputFlag('; .csv: lookup tables, the others beside it; .svg: the plots', ENDINGS),
    format: Flags.option({ options: ['voltanallm-csv'] as const, description: 'of .csv files: the only one so far' })(),
    plot: Flags.boolean({ description: 'draw energy per token against clock and latency against batch' }),
    gpu: Flags.string({ description: 'GPU card of tables, which do not tell it', helpValue: 'ID' }),
    model: Flags.string({ description: 'model card of lookup tables', helpValue: 'ID' }),
    workload: textSetting('workload'),
    tp: numberFlag('tp', 'GPUs per instance of lookup tables [default: 1]', { min: 1, max: 64, whole: true })({ helpValue: 'N' }),
  };

  async run(): Promise<void> {
    const { flags, argv } = await this.parse(Fit);
    const settings = valuesOf(await settingsOf(flags));
    const { checkFitOutputs, runFit, timestamp, writeFit } = await import('../src/compose.ts');
    const { checkOutputs } = await import('./outputs.ts');
    const outputs = await checkOutputs(flags.output, ENDINGS);
    await checkFitOutputs(outputs, flags.format);
    const { gpu, model, tp } = flags;
    const result = await runFit({ files: argv as string[], gpu, model, tp, workload: settings.workload }, ['fit', ...this.argv]);
    await this.#show(
      result,
      flags,
      outputs.find((file) => file.endsWith('.json')),
    );
    // One name may be four files. Always on stderr: stdout is the result's.
    const err = (line: string): void => this.logToStderr(line);
    const log = createLog({ out: err, err, now: timestamp }, { ...settings, json: flags.json });
    await writeFit(result, outputs, (file) => log(`wrote ${file}`, 'fit'));
  }

  async #show(
    result: FitResult,
    { json, plot }: { readonly json: boolean; readonly plot: boolean },
    file: string | undefined,
  ): Promise<void> {
    if (json) return this.log(toJson(result.fitted).trimEnd());
    const { renderFit } = await import('../src/reporting/fit/summary.ts');
    this.log(renderFit(result.fitted, result.measured?.points ?? [], file));
    if (!plot) return;
    const { fitFigures } = await import('../src/compose.ts');
    this.log(`\n${await plotted(fitFigures(result))}`);
  }
}
