import { Args, Command } from '@oclif/core';
import { toJson } from '../../src/reporting/json.ts';
import { renderTraceStatistics } from '../../src/reporting/trace.ts';
import { commonFlags } from '../flags.ts';
import { settingsOf } from '../settings.ts';
import { formatFlag, formatOf } from '../trace-flags.ts';

export default class TraceStats extends Command {
  static override summary = 'What a trace is like: rate, bursts, lengths and their correlation, shared prefixes.';

  static override args = { file: Args.string({ name: 'FILE', required: true, description: 'trace of any known format' }) };

  static override flags = { ...commonFlags, format: formatFlag() };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(TraceStats);
    await settingsOf(flags);
    const { statsOfTrace } = await import('../../src/compose/trace.ts');
    const { checkOutputs, writeOutputs } = await import('../outputs.ts');
    const outputs = await checkOutputs(flags.output);
    const statistics = await statsOfTrace({ files: [args.file], format: formatOf(flags.format) }, ['trace', 'stats', ...this.argv]);
    this.log(flags.json ? toJson(statistics).trimEnd() : renderTraceStatistics(statistics));
    await writeOutputs(outputs, statistics);
  }
}
