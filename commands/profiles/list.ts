import { Command } from '@oclif/core';
import { cardsDocument, renderCards } from '../../src/reporting/cards.ts';
import { toJson } from '../../src/reporting/json.ts';
import { commonFlags, kindFlag } from '../flags.ts';
import { settingsOf } from '../settings.ts';

export default class ProfilesList extends Command {
  static override summary = 'What ships: GPUs, models, engines, workloads, clusters, each with the source of its figures.';

  static override flags = { ...commonFlags, kind: kindFlag() };

  async run(): Promise<void> {
    const { flags } = await this.parse(ProfilesList);
    const { color } = await settingsOf(flags);
    const { colorful, columns, shippedCards } = await import('../../src/compose.ts');
    const { checkOutputs, writeOutputs } = await import('../outputs.ts');
    const outputs = await checkOutputs(flags.output);
    const cards = await shippedCards(flags.kind);
    const document = cardsDocument(cards);
    this.log(flags.json ? toJson(document).trimEnd() : renderCards(cards, { columns: columns(), color: color.value && colorful() }));
    await writeOutputs(outputs, document);
  }
}
