import { Command, Args, Flags } from '@oclif/core';
import { EXIT } from '../src/domain/exit-codes.ts';
import { toJson } from '../src/reporting/json.ts';
import { REPORT_ENDINGS, reportLines } from '../src/reporting/report/files.ts';
import { commonFlags, outputFlag } from './flags.ts';
import { settingsOf } from './settings.ts';

export default class Report extends Command {
  static override summary = 'One or several runs as a page to read and to send: one HTML file that loads nothing.';

  static override description =
    'The first run is the baseline of those that follow. Without --output and --json it writes voltana-report.html, and replaces no other.';

  static override examples = [
    '<%= config.bin %> report 20261123T145210Z-bench-3f9a',
    '<%= config.bin %> report before.json after.json --output report.html --output report.svg',
  ];

  static override strict = false;
  static override args = {
    run: Args.string({
      name: 'RUN',
      description:
        'id of a run or its beginning, its folder, or a file of a run, of a comparison (both of its runs) or of a search; several of them',
      required: true,
    }),
  };

  static override flags = {
    ...commonFlags,
    output: outputFlag('; .svg: all charts, one below the other', REPORT_ENDINGS),
    fitted: Flags.string({
      description: "a fit of the runs' device for energy over clock and load [default: one that ships, else the cards]",
      helpValue: 'ID|FILE',
    }),
    title: Flags.string({ description: 'heading of the page', helpValue: 'TEXT' }),
  };

  async run(): Promise<void> {
    const { flags, argv } = await this.parse(Report);
    await settingsOf(flags);
    const { checkOutputs, writeTextOutputs } = await import('./outputs.ts');
    const { checkReportFile, documentOf, freeReportFile, planReport, reportText } = await import('../src/compose/reporting.ts');
    const given = await checkOutputs(flags.output, REPORT_ENDINGS);
    const model = await planReport(argv as string[], flags, ['report', ...this.argv]);
    for (const file of given) checkReportFile(model, file);
    const files = given.length > 0 || flags.json ? given : await checkOutputs([await freeReportFile()], REPORT_ENDINGS);
    await writeTextOutputs(files, (file) => reportText(model, file));
    // The document has stdout to itself.
    const say = (line: string): void => (flags.json ? this.logToStderr(line) : this.log(line));
    for (const line of reportLines(model)) say(line);
    for (const file of files) say(`wrote ${file}`);
    if (flags.json) this.log(toJson(documentOf(model)).trimEnd());
    if (model.comparisons.some(({ verdict }) => verdict === 'invalid')) this.exit(EXIT.invalid);
  }
}
