import { Command } from '@oclif/core';
import { clocksDocument, renderClocks } from '../../src/reporting/clocks.ts';
import { toJson } from '../../src/reporting/json.ts';
import { agentFlags, askedAgent } from '../agent-flags.ts';
import { commonFlags } from '../flags.ts';
import { settingsOf } from '../settings.ts';

export default class ClocksStatus extends Command {
  static override summary = 'What is locked on a node, by whom and until when, as its agent tells.';

  static override flags = { ...commonFlags, ...agentFlags };

  async run(): Promise<void> {
    const { flags } = await this.parse(ClocksStatus);
    await settingsOf(flags);
    const { clocksOf } = await import('../../src/compose/clocks.ts');
    const { checkOutputs, writeOutputs } = await import('../outputs.ts');
    const outputs = await checkOutputs(flags.output);
    const { address, status } = await clocksOf(askedAgent(flags));
    const document = clocksDocument(address, status);
    this.log(flags.json ? toJson(document).trimEnd() : renderClocks(status));
    await writeOutputs(outputs, document);
  }
}
