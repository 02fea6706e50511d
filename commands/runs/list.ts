import { Command } from '@oclif/core';
import { toJson } from '../../src/reporting/json.ts';
import { renderRuns } from '../../src/reporting/runs.ts';
import { commonFlags, numberFlag } from '../flags.ts';
import { settingsOf } from '../settings.ts';

export default class RunsList extends Command {
  static override summary = 'Recorded runs, the newest first: done, running, partial or damaged.';

  static override flags = {
    ...commonFlags,
    limit: numberFlag('limit', 'the newest N only', { min: 1, max: 1_000_000, whole: true })({ helpValue: 'N' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(RunsList);
    await settingsOf(flags);
    const { recordedRuns, runsHeader } = await import('../../src/compose/archive.ts');
    const { checkOutputs, writeOutputs } = await import('../outputs.ts');
    const outputs = await checkOutputs(flags.output);
    const { folder, runs } = await recordedRuns();
    const shown = runs.slice(0, flags.limit);
    const document = { ...runsHeader('runs', ['runs', 'list', ...this.argv]), folder, total: runs.length, runs: shown };
    this.log(flags.json ? toJson(document).trimEnd() : renderRuns(shown, folder, runs.length));
    await writeOutputs(outputs, document);
  }
}
