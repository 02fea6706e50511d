import { expect } from 'chai';
import prettier from 'prettier';
import { printCard } from '../../../../bin/calibrate/print.ts';
import { cardText, shippedIds } from '../../../fixtures/cards.ts';

const PROFILES = new URL('../../../../profiles/gpus/x.json', import.meta.url);

const expectKept = async (card: object): Promise<void> => {
  const printed = printCard(card);
  expect(JSON.parse(printed)).to.deep.equal(card);
  const options = await prettier.resolveConfig(PROFILES);
  expect(await prettier.format(printed, { ...options, filepath: 'card.json' })).to.equal(printed);
};

describe('a card as calibrate writes it', () => {
  for (const id of shippedIds('gpus')) {
    it(`${id}: reads back the same, in a layout that prettier keeps`, () => expectKept(JSON.parse(cardText('gpus', id)) as object));
  }

  it('breaks an object exactly where a line is full', async () => {
    for (const length of [110, 125, 126, 127, 128, 129, 130, 140])
      await expectKept({ id: 'x', part: { text: 'y'.repeat(length), n: 1 }, last: { text: 'y'.repeat(length), n: 1 } });
  });

  it('keeps small numbers, quotes, and what is empty', () =>
    expectKept({
      id: 'a "b"',
      kernels: { gemmMs: 1e-7 },
      none: [],
      nothing: {},
      deep: {
        list: [[1, 2]],
        one: [3],
        many: [
          [1, 2],
          [3, 4],
        ],
      },
    }));
});
