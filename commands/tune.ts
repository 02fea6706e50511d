import { Command } from '@oclif/core';
import { VoltanaError } from '../src/domain/errors.ts';
import { tuneFlags } from './tune-flags.ts';

export default class Tune extends Command {
  static override summary =
    'The best configuration for a load and its promises (--search), or a cluster that serves tuned under guardrails (--live).';

  static override flags = tuneFlags;

  async run(): Promise<void> {
    const { flags } = await this.parse(Tune);
    const outlets = { print: (text: string) => this.log(text), printError: (line: string) => this.logToStderr(line) };
    const { asksLive, checkNotLive } = await import('./tune-live-check.ts');
    if (asksLive(flags)) {
      const { tuneLive } = await import('./tune-live.ts');
      return tuneLive(flags, ['tune', ...this.argv], outlets);
    }
    if (!flags.search)
      throw new VoltanaError('BAD_FLAG', 'voltana tune needs to know what to do', {
        hint: 'Give --search to find the best configuration, or --live to tune a cluster that serves.',
      });
    const { tuneSearch } = await import('./tune-search.ts');
    checkNotLive(flags);
    await tuneSearch(flags, ['tune', ...this.argv], outlets);
  }
}
