import { Command } from '@oclif/core';
import { VoltanaError } from '../src/domain/errors.ts';
import { tuneFlags } from './tune-flags.ts';

export default class Tune extends Command {
  static override summary =
    'The best configuration for a load and its promises (--search): devices, layout, governor, routing and their settings.';

  static override flags = tuneFlags;

  async run(): Promise<void> {
    const { flags } = await this.parse(Tune);
    if (!flags.search)
      throw new VoltanaError('BAD_FLAG', 'voltana tune needs to know what to do', {
        hint: 'Give --search to find the best configuration.',
      });
    const { tuneSearch } = await import('./tune-search.ts');
    await tuneSearch(flags, ['tune', ...this.argv], {
      print: (text) => this.log(text),
      printError: (line) => this.logToStderr(line),
    });
  }
}
