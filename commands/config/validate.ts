import { Args, Command } from '@oclif/core';
import { EXIT } from '../../src/domain/exit-codes.ts';
import { toJson } from '../../src/reporting/json.ts';
import { problemLines } from '../../src/reporting/problem-lines.ts';
import { jsonFlag } from '../flags.ts';

export default class ConfigValidate extends Command {
  static override summary = 'Check a settings or cluster file: every problem on a line of its own.';

  static override args = { file: Args.string({ name: 'FILE', description: 'settings or cluster file (YAML or JSON)', required: true }) };

  static override flags = { json: jsonFlag };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ConfigValidate);
    const { validateConfig } = await import('../../src/compose.ts');
    const validation = await validateConfig(args.file);
    const { file, of, valid, problems } = validation;
    if (flags.json) this.log(toJson(validation).trimEnd());
    else if (valid) this.log(`${file}: a valid ${of} file`);
    else for (const line of problemLines(file, problems)) this.logToStderr(line);
    if (!valid) this.exit(EXIT.usage);
  }
}
