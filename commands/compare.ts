import { Args, Command, Flags } from '@oclif/core';
import { valuesOf } from '../src/config/resolve-settings.ts';
import { VoltanaError } from '../src/domain/errors.ts';
import { EXIT } from '../src/domain/exit-codes.ts';
import type { Comparison } from '../src/domain/run-record.ts';
import { renderClientComparison } from '../src/reporting/client-comparison.ts';
import { toJson } from '../src/reporting/json.ts';
import { renderJudged } from '../src/reporting/run/compared.ts';
import type { Compared } from '../src/compose/comparing.ts';
import { commonFlags, numberFlag, resultFlag } from './flags.ts';
import { plotted } from './plots.ts';
import { settingsOf } from './settings.ts';

const WHAT = "a run's id, its folder, or a file of a run, of a comparison (its candidate), or of `vllm bench serve --save-result`";

export default class Compare extends Command {
  static override summary = 'Two runs of the same requests side by side: what changed, how sure that is, and the verdict.';

  static override args = {
    a: Args.string({ name: 'A', description: `the baseline: ${WHAT}`, required: true }),
    b: Args.string({ name: 'B', description: 'the candidate: the same', required: true }),
  };

  static override flags = {
    ...commonFlags,
    output: resultFlag('comparison'),
    'threshold-pct': numberFlag('threshold-pct', 'a change of no more than N percent is none [default: 1 of energy, 2 to 10 of others]', {
      min: 0,
      max: 1000,
    })({ helpValue: 'N' }),
    plot: Flags.boolean({ description: 'draw what clients waited for, against the promises, and power over time' }),
    strict: Flags.boolean({ description: 'exit 6 also where the runs cannot tell, or one of them found no steady state' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Compare);
    const settings = valuesOf(await settingsOf(flags));
    const { runComparison } = await import('../src/compose/comparing.ts');
    const { colorful } = await import('../src/compose.ts');
    const { checkResultOutputs } = await import('./outputs.ts');
    const outputs = await checkResultOutputs(flags.output, 'comparison');
    const request = { baseline: args.a, candidate: args.b, thresholdPct: flags['threshold-pct'], strict: flags.strict };
    const { document, exitCode } = await runComparison(request, ['compare', ...this.argv]);
    this.#print(document, { json: flags.json, color: settings.color && colorful() });
    if (flags.plot && !flags.json && document.kind === 'comparison') await this.#plot(document);
    await this.#write(outputs, document);
    const { tellCi } = await import('../src/compose/ci.ts');
    if (document.kind === 'comparison') await tellCi(document, (line) => this.logToStderr(line));
    if (exitCode !== EXIT.done) this.exit(exitCode);
  }

  #print(document: Compared['document'], { json, color }: Record<'json' | 'color', boolean>): void {
    if (json) this.log(toJson(document).trimEnd());
    else this.log(document.kind === 'comparison' ? renderJudged(document, { color }) : renderClientComparison(document));
  }

  async #plot(comparison: Comparison): Promise<void> {
    const { comparisonFigures } = await import('../src/reporting/plot/comparison-figures.ts');
    this.log(`\n${await plotted(comparisonFigures(comparison))}`);
  }

  /** Of another client's results there is the document alone. */
  async #write(outputs: readonly string[], document: Compared['document']): Promise<void> {
    const { writeOutputs, writeResultOutputs } = await import('./outputs.ts');
    if (document.kind === 'comparison') return writeResultOutputs(outputs, document);
    const other = outputs.find((file) => !file.endsWith('.json'));
    if (other === undefined) return writeOutputs(outputs, document);
    throw new VoltanaError('BAD_VALUE', `--output "${other}": results of another client are compared in JSON only`, {
      hint: 'Use a file name that ends in .json.',
    });
  }
}
