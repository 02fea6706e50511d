import { Args, Command } from '@oclif/core';
import { cardDocument, renderCard } from '../../src/reporting/cards.ts';
import { toJson } from '../../src/reporting/json.ts';
import { commonFlags, kindFlag } from '../flags.ts';
import { settingsOf } from '../settings.ts';

export default class ProfilesShow extends Command {
  static override summary = 'One card that ships: every figure with its source.';

  static override args = {
    id: Args.string({ name: 'ID', description: 'id of the card; `voltana profiles list` prints all', required: true }),
  };

  static override flags = { ...commonFlags, kind: kindFlag() };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ProfilesShow);
    const { color } = await settingsOf(flags);
    const { colorful, columns, shippedCard } = await import('../../src/compose.ts');
    const { checkOutputs, writeOutputs } = await import('../outputs.ts');
    const outputs = await checkOutputs(flags.output);
    const card = await shippedCard(args.id, flags.kind);
    const document = cardDocument(card);
    this.log(flags.json ? toJson(document).trimEnd() : renderCard(card, { columns: columns(), color: color.value && colorful() }));
    await writeOutputs(outputs, document);
  }
}
