import { Command, Flags } from '@oclif/core';
import type { OperatingPoint } from '../src/compose.ts';
import { VoltanaError } from '../src/domain/errors.ts';
import { weakest } from '../src/domain/evidence.ts';
import type { Role } from '../src/domain/instance.ts';
import { toJson } from '../src/reporting/json.ts';
import { renderEstimate } from '../src/reporting/estimate.ts';
import { commonFlags, numberFlag } from './flags.ts';
import { plotted } from './plots.ts';
import { settingsOf } from './settings.ts';

const tokens = { min: 1, max: 100_000_000, whole: true };

export default class Estimate extends Command {
  static override summary = 'Latency, power and energy of one iteration at one clock, or over all clocks.';

  static override flags = {
    ...commonFlags,
    gpu: Flags.string({ description: 'GPU card', helpValue: 'ID' }),
    model: Flags.string({ description: 'model card', helpValue: 'ID' }),
    fitted: Flags.string({
      description: 'a fit of measurements: one that ships, or a file as `voltana fit` writes it',
      helpValue: 'ID|FILE',
      exclusive: ['gpu', 'model', 'tp', 'emulated'],
    }),
    emulated: Flags.string({
      description: "true values of an emulated cluster's device, its hidden personality included",
      helpValue: 'CLUSTER',
      exclusive: ['gpu', 'model', 'tp'],
    }),
    instance: Flags.string({
      description: 'which instance of the fit or of the emulated cluster [default: the first of the phase]',
      helpValue: 'ID',
      exclusive: ['gpu', 'model', 'tp'],
    }),
    tp: numberFlag('tp', 'GPUs per instance', { min: 1, max: 64, whole: true })({ default: 1, helpValue: 'N' }),
    phase: Flags.option({ options: ['prefill', 'decode'] as const, description: 'which phase', required: true })(),
    batch: numberFlag('batch', 'running requests (decode) or prompts in the iteration (prefill)', { min: 1, max: 1_000_000, whole: true })({
      default: 1,
      helpValue: 'N',
    }),
    'context-tokens': numberFlag('context-tokens', 'decode: KV tokens of each request', tokens)({ helpValue: 'N' }),
    'prompt-tokens': numberFlag('prompt-tokens', 'prefill: tokens of each prompt', tokens)({ helpValue: 'N' }),
    'cached-tokens': numberFlag('cached-tokens', 'prefill: how many of those are in the cache', { ...tokens, min: 0 })({
      default: 0,
      helpValue: 'N',
    }),
    clock: numberFlag('clock', 'SM clock', { min: 1 })({ helpValue: 'MHZ' }),
    sweep: Flags.option({ options: ['clock'] as const, description: 'answer for every clock of the table', exclusive: ['clock'] })(),
    plot: Flags.boolean({ description: 'draw energy and latency over the clock', dependsOn: ['sweep'] }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Estimate);
    await settingsOf(flags);
    if (flags.clock === undefined && flags.sweep === undefined) {
      throw new VoltanaError('BAD_FLAG', 'an estimate needs a clock', { hint: 'Give --clock MHZ, or --sweep clock.' });
    }
    const { runEstimate } = await import('../src/compose.ts');
    const { checkOutputs, writeOutputs } = await import('./outputs.ts');
    const outputs = await checkOutputs(flags.output);
    const points = await runEstimate({
      fitted: flags.fitted,
      emulated: flags.emulated,
      instance: flags.instance,
      gpu: flags.gpu,
      model: flags.model,
      tp: flags.tp,
      phase: flags.phase satisfies Role,
      batch: flags.batch,
      contextTokens: flags['context-tokens'],
      promptTokens: flags['prompt-tokens'],
      cachedTokens: flags['cached-tokens'],
      clockMhz: flags.clock,
    });
    const document = this.#document(points, flags.sweep !== undefined);
    this.log(
      flags.json ? toJson(document).trimEnd() : renderEstimate(points, flags.fitted === undefined ? undefined : 'what was measured'),
    );
    if (flags.plot && !flags.json) await this.#plot(points, `${flags.phase}, batch ${flags.batch}`);
    await writeOutputs(outputs, document);
  }

  async #plot(points: readonly OperatingPoint[], what: string): Promise<void> {
    const { sweepFigures } = await import('../src/reporting/plot/estimate-figures.ts');
    this.log(`\n${await plotted(sweepFigures(points, what))}`);
  }

  #document(points: readonly OperatingPoint[], sweep: boolean): object {
    return sweep
      ? { schemaVersion: 1, kind: 'estimate-sweep', evidence: weakest(...points.map(({ evidence }) => evidence)), points }
      : { schemaVersion: 1, kind: 'estimate', ...points[0]! };
  }
}
