import { Command, Flags } from '@oclif/core';
import { nameOrigin } from '../src/config/name-origin.ts';
import { valuesOf } from '../src/config/resolve-settings.ts';
import { EXIT } from '../src/domain/exit-codes.ts';
import type { ResolvedSettings } from '../src/domain/settings.ts';
import { toJson } from '../src/reporting/json.ts';
import { renderExplanation } from '../src/reporting/simulation/explanation.ts';
import { renderSimulation } from '../src/reporting/simulation/summary.ts';
import { commonFlags, numberFlag, numberSetting, resultFlag, textSetting } from './flags.ts';
import { createLog } from './log.ts';
import { withOptionalValue } from './optional-value.ts';
import { settingsOf } from './settings.ts';

const count = (name: string, description: string) => numberFlag(name, description, { min: 1, max: 10_000, whole: true });

/** What a setting says beside its default: a default load or promise is not one that somebody asked for. */
const asked = <K extends keyof ResolvedSettings>(settings: ResolvedSettings, key: K): ResolvedSettings[K]['value'] | undefined =>
  settings[key].origin.source === 'default' ? undefined : settings[key].value;

export default class Simulate extends Command {
  static override summary =
    'Replays a workload on a simulated cluster of any size: latency, energy and clocks of any governor and routing.';

  static override flags = {
    ...commonFlags,
    output: resultFlag('run'),
    gpu: Flags.string({ description: 'GPU card', helpValue: 'ID' }),
    model: Flags.string({ description: 'model card', helpValue: 'ID' }),
    engine: Flags.string({ description: 'engine card [default: sglang-like]', helpValue: 'ID', exclusive: ['fitted'] }),
    tp: numberFlag('tp', 'GPUs per instance [default: 1]', { min: 1, max: 64, whole: true })({ helpValue: 'N', exclusive: ['fitted'] }),
    fitted: Flags.string({
      description: 'devices and predictors as a fit of measurements has them',
      helpValue: 'FILE|ID',
      exclusive: ['gpu', 'model'],
    }),
    prefill: count('prefill', 'prefill instances')({ helpValue: 'N' }),
    decode: count('decode', 'decode instances')({ helpValue: 'N' }),
    aggregated: count('aggregated', 'instances that do both phases, in place of prefill and decode')({ helpValue: 'N' }),
    workload: textSetting('workload'),
    trace: Flags.string({ description: 'replay a trace at its own times, or at --rate', helpValue: 'FILE', exclusive: ['burstiness'] }),
    rate: numberFlag('rate', 'requests per second [default: 8, or that of the trace]', { min: 0.001, max: 1_000_000 })({ helpValue: 'R' }),
    burstiness: numberFlag('burstiness', 'gamma shape of the arrivals; below 1 is burstier than Poisson [default: 1]', {
      min: 0.01,
      max: 1000,
    })({ helpValue: 'B' }),
    duration: numberFlag('duration', 'arrivals in the first S seconds', { min: 0.001, max: 1e9 })({ helpValue: 'S' }),
    requests: numberFlag('requests', 'at most so many requests', { min: 1, max: 1e12, whole: true })({ helpValue: 'N' }),
    'slo-ttft': numberSetting('sloTtftMs', { description: 'promised time to first token' }),
    'slo-itl': numberSetting('sloItlMs', { description: 'promised mean gap between tokens' }),
    governor: Flags.string({ description: 'who chooses the clocks [default: slo]', helpValue: 'G' }),
    routing: Flags.string({ description: 'who chooses the instances [default: eco]', helpValue: 'R' }),
    clocks: Flags.string({
      description: 'clocks to choose from [default: the table from 690 MHz]; of governor fixed its clock, or PREFILL:DECODE',
      helpValue: 'LIST',
    }),
    seed: numberSetting('seed'),
    hostile: numberFlag('hostile', 'also in so many hostile worlds', { min: 0, max: 1000, whole: true })({ default: 0, helpValue: 'N' }),
    resize: Flags.string({ description: 'what may become of instances: a list of park or release, flip, aggregate', helpValue: 'LIST' }),
    reload: numberFlag('reload', 'until emptied GPUs serve in another role; 0 where engines do both [default: 60]', { min: 0, max: 3600 })({
      helpValue: 'S',
    }),
    explain: Flags.string({ description: 'explain one decision; without a value one in the middle', helpValue: '[REQUEST|SECONDS]' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Simulate, withOptionalValue(this.argv, '--explain'));
    // --clocks is a list here, and no setting; --rate and --requests go beyond what settings take.
    const { clocks, rate, requests, ...settable } = flags;
    const settings = await settingsOf(settable);
    const values = valuesOf(settings);
    const { planSimulation, runSimulation, timestamp } = await import('../src/compose.ts');
    const { checkResultOutputs, writeResultOutputs } = await import('./outputs.ts');
    const outputs = await checkResultOutputs(flags.output);
    const options = await planSimulation({
      ...flags,
      clocks: clocks ?? asked(settings, 'clocks'),
      ratePerS: rate ?? asked(settings, 'rate'),
      requests: requests ?? asked(settings, 'requests'),
      durationS: flags.duration,
      reloadS: flags.reload,
      workload: asked(settings, 'workload'),
      sloTtftMs: values.sloTtftMs,
      sloItlMs: values.sloItlMs,
      governor: values.governor,
      routing: values.routing,
      seed: values.seed,
    }).catch((error: unknown) => {
      throw nameOrigin(error, settings);
    });
    // The result has stdout to itself, whatever is said meanwhile.
    const err = (line: string): void => this.logToStderr(line);
    const log = createLog({ out: err, err, now: timestamp }, { ...values, json: flags.json });
    const record = await runSimulation(options, ['simulate', ...this.argv], (text) => log(text, 'simulate'));
    const { explanation } = record;
    const told = explanation ? [renderExplanation(explanation)] : [];
    this.log(flags.json ? toJson(record).trimEnd() : [renderSimulation(record), ...told].join('\n\n'));
    await writeResultOutputs(outputs, record);
    if (record.validity.verdict === 'invalid') this.exit(EXIT.invalid);
  }
}
