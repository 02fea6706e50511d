import { Command, Flags } from '@oclif/core';
import { defaultText } from '../../src/config/setting.ts';
import { toJson } from '../../src/reporting/json.ts';
import { problemText } from '../../src/reporting/problem-lines.ts';
import { originsDocument, renderOrigins, renderSettings, settingsDocument } from '../../src/reporting/settings.ts';
import { commonFlags } from '../flags.ts';
import { runSettings, settingsOf } from '../settings.ts';

const { output: _, ...common } = commonFlags;

export default class ConfigShow extends Command {
  static override summary = 'What is set, and with --origin where each value came from.';

  static override flags = {
    ...common,
    ...runSettings,
    origin: Flags.boolean({ description: 'name the flag, variable or file that each value came from' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(ConfigShow);
    const settings = await settingsOf(flags);
    const { settingsProblems } = await import('../../src/compose.ts');
    if (flags.json) this.log(toJson(flags.origin ? originsDocument(settings) : settingsDocument(settings)).trimEnd());
    else this.log(flags.origin ? renderOrigins(settings, defaultText) : renderSettings(settings, defaultText));
    // What holds is what was asked for; whoever uses it will refuse it.
    for (const problem of await settingsProblems(settings)) this.logToStderr(`warning: ${problemText(problem)}`);
  }
}
