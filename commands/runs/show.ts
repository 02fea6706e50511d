import { Args, Command } from '@oclif/core';
import { renderDocument } from '../../src/reporting/document.ts';
import { toJson } from '../../src/reporting/json.ts';
import { renderPartial } from '../../src/reporting/runs.ts';
import { commonFlags, resultFlag } from '../flags.ts';
import { settingsOf } from '../settings.ts';

export default class RunsShow extends Command {
  static override summary = 'One recorded run: its result, or what its journal holds where it has none yet.';

  static override args = {
    run: Args.string({ name: 'RUN', description: 'id of a run or its beginning, its folder, or a file of a document', required: true }),
  };

  static override flags = { ...commonFlags, output: resultFlag('run') };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(RunsShow);
    const { color } = await settingsOf(flags);
    const { colorful } = await import('../../src/compose.ts');
    const { runsHeader, shownRun } = await import('../../src/compose/archive.ts');
    const { checkOutputs, checkResultOutputs, writeOutputs, writeResultOutputs } = await import('../outputs.ts');
    const shown = await shownRun(args.run);
    if (shown.kind === 'done' && (shown.document.kind === 'run' || shown.document.kind === 'comparison')) {
      const { document } = shown;
      const outputs = await checkResultOutputs(flags.output, document.kind);
      this.log((flags.json ? shown.text : renderDocument(document, shown.path, { color: color.value && colorful() })).trimEnd());
      return writeResultOutputs(outputs, document);
    }
    const outputs = await checkOutputs(flags.output);
    if (shown.kind === 'done') {
      const text = renderDocument(shown.document, shown.path, { color: color.value && colorful() });
      this.log((flags.json ? shown.text : text).trimEnd());
      return writeOutputs(outputs, JSON.parse(shown.text));
    }
    const document = { ...runsHeader('partial-run', ['runs', 'show', ...this.argv]), ...shown.partial };
    this.log(flags.json ? toJson(document).trimEnd() : renderPartial(shown.partial));
    await writeOutputs(outputs, document);
  }
}
