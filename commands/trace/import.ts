import { Args, Command, Flags } from '@oclif/core';
import { toJson } from '../../src/reporting/json.ts';
import { renderTraceStatistics } from '../../src/reporting/trace.ts';
import { commonFlags, numberFlag } from '../flags.ts';
import { settingsOf } from '../settings.ts';
import { checkedWorkloadFile, formatFlag, formatOf } from '../trace-flags.ts';

const seconds = { min: 0, max: 1e9 };

export default class TraceImport extends Command {
  static override summary = 'Makes a workload file of traces or of the results of other benchmark clients.';

  static override strict = false;

  static override args = { files: Args.string({ name: 'FILE...', required: true, description: 'traces of one format and one clock' }) };

  static override flags = {
    ...commonFlags,
    format: formatFlag(),
    from: numberFlag('from', 'leave out what arrives before', seconds)({ helpValue: 'S' }),
    to: numberFlag('to', 'leave out what arrives then or later', seconds)({ helpValue: 'S' }),
    requests: numberFlag('requests', 'at most so many', { min: 1, max: 1e12, whole: true })({ helpValue: 'N' }),
    'max-prompt-tokens': numberFlag('max-prompt-tokens', 'cut longer prompts to this', { min: 1, max: 10_000_000, whole: true })({
      helpValue: 'N',
    }),
    output: Flags.string({ description: 'workload file to write (.jsonl)', helpValue: 'FILE', required: true }),
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(TraceImport);
    // What settings call requests is the length of a run.
    const { output: asked, requests, ...settable } = flags;
    await settingsOf(settable);
    const output = checkedWorkloadFile(asked);
    const { importOfTrace } = await import('../../src/compose/trace.ts');
    const request = {
      files: argv as string[],
      format: formatOf(flags.format),
      fromS: flags.from,
      toS: flags.to,
      requests,
      maxPromptTokens: flags['max-prompt-tokens'],
      output,
    };
    const statistics = await importOfTrace(request, ['trace', 'import', ...this.argv]);
    this.log(flags.json ? toJson(statistics).trimEnd() : `${renderTraceStatistics(statistics)}\n\n${output} written`);
  }
}
