import { expect } from 'chai';
import { cardDocument, renderCard, renderCards } from '../../../src/reporting/cards.ts';

const entry = (kind: string, id: string, name = 'A name') => ({
  kind,
  id,
  name,
  source: 'a source '.repeat(30).trim(),
  file: `profiles/${id}.json`,
});
const PLAIN = { columns: null, color: false };
const CARD = {
  ...entry('gpu', 'g', 'GPU'),
  card: {
    id: 'g',
    name: 'GPU',
    hbmBytes: 80,
    clock: { minMhz: 210, maxMhz: 1410 },
    idleW: [[210, 56]],
    many: Array.from({ length: 40 }, (_, i) => i / 2),
    bare: true,
    sources: { hbmBytes: 'data sheet', clock: 'a table', idleW: 'measured '.repeat(20).trim() },
  },
};

describe('cards as text', () => {
  it('a list has a table per kind, cut at the window, and uncoloured without colour', () => {
    const cards = [entry('gpu', 'a'), entry('gpu', 'a-much-longer-id'), entry('model', 'm', 'N'.repeat(60))];
    for (const columns of [null, 80, 120]) {
      const lines = renderCards(cards, { columns, color: false }).split('\n');
      expect(Math.max(...lines.map((line) => line.length))).to.equal(columns ?? 100);
      expect(lines[0]).to.match(/^GPU +NAME +SOURCE$/);
      expect(lines[4]).to.match(/^MODEL +NAME +SOURCE$/);
      expect(lines.join('\n')).not.to.include('\u001b');
    }
    expect(renderCards(cards, { columns: 80, color: true })).to.match(/^\u001b\[1mGPU/);
  });

  it('a window that is too narrow for anything does not break it', () => {
    for (const columns of [1, 10, 40]) {
      for (const text of [renderCards([CARD], { columns, color: false }), renderCard(CARD, { columns, color: false })])
        expect(text).to.include('g').and.not.include('undefined');
    }
  });

  it('a card has every figure with its own source or its parent’s, said once in a row', () => {
    const text = renderCard(CARD, PLAIN);
    expect(text).to.match(/^gpu g: GPU\nprofiles\/g\.json\n\n/);
    expect(text)
      .to.match(/^hbmBytes +80 +data sheet$/m)
      .and.match(/^clock\.minMhz +210 +a table$/m)
      .and.match(/^clock\.maxMhz +1410 +as above$/m)
      .and.match(/^idleW +\[\[210, 56\]\] +measured measured/m)
      .and.match(/^many +40 values, 0 to 19\.5$/m)
      .and.match(/^bare +true$/m);
    expect(text.split('\n').every((line) => line.length <= 100)).to.equal(true);
  });

  it('a long source is wrapped, not cut', () => {
    const words = renderCard(CARD, { columns: 60, color: false }).match(/measured/g);
    expect(words).to.have.length(20);
  });

  it('a card without sources of its figures begins with the source of the whole', () => {
    const card = { ...CARD, source: 'a trace', card: { requests: 3, arrivals: { gaps: 2 } } };
    expect(renderCard(card, PLAIN)).to.match(/\nfrom a trace\n\nrequests +3\narrivals\.gaps +2$/);
  });

  it('the document holds the card as it ships', () => {
    expect(cardDocument(CARD)).to.deep.include({ schemaVersion: 1, kind: 'card', of: 'gpu', id: 'g', card: CARD.card });
  });
});
