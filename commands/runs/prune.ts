import { Command, Flags } from '@oclif/core';
import { toJson } from '../../src/reporting/json.ts';
import { bytesText, renderPruned } from '../../src/reporting/runs.ts';
import { commonFlags, numberFlag } from '../flags.ts';
import { settingsOf } from '../settings.ts';

export default class RunsPrune extends Command {
  static override summary = 'Removes recorded runs, never one whose process lives; what is given must all agree.';

  static override flags = {
    ...commonFlags,
    keep: numberFlag('keep', 'keep the newest N of those that may go', { min: 0, max: 1_000_000, whole: true })({ helpValue: 'N' }),
    'older-than': numberFlag('older-than', 'only runs begun so many days ago or earlier', { min: 0.001, max: 100_000 })({
      helpValue: 'DAYS',
    }),
    partial: Flags.boolean({ description: 'only runs without a document' }),
    'dry-run': Flags.boolean({ description: 'say what would be removed, and remove nothing', default: false }),
    yes: Flags.boolean({ char: 'y', description: 'do not ask; needed where nobody can be asked' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(RunsPrune);
    await settingsOf(flags);
    const { isPruneAllowed, planPrune, prune, runsHeader } = await import('../../src/compose/archive.ts');
    const { checkOutputs, writeOutputs } = await import('../outputs.ts');
    const outputs = await checkOutputs(flags.output);
    const planned = await planPrune({ keep: flags.keep, olderThanDays: flags['older-than'], partial: flags.partial });
    const dryRun = flags['dry-run'];
    if (!dryRun) {
      const bytes = bytesText(planned.removed.reduce((sum, run) => sum + run.bytes, 0));
      const allowed = await isPruneAllowed(planned, `Remove ${planned.removed.length} of the runs in ${planned.folder} (${bytes})?`, flags);
      if (!allowed) return this.logToStderr('nothing is removed');
    }
    const result = dryRun ? planned : await prune(planned);
    const document = { ...runsHeader('pruned-runs', ['runs', 'prune', ...this.argv]), dryRun, ...result };
    this.log(flags.json ? toJson(document).trimEnd() : renderPruned(result.removed, { dryRun, kept: result.kept }));
    await writeOutputs(outputs, document);
  }
}
