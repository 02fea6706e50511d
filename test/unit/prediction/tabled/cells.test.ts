import { expect } from 'chai';
import { Cells, LOW_MS, LOW_W, NOTE, RISE_MS, RISE_W, type Cell } from '../../../../src/prediction/tabled/cells.ts';

const cell = (key: number): Cell => ({ lowMs: key, highMs: key + 0.25, lowW: key + 0.5, highW: key + 0.75, note: key % 7 });

/** What a key's cell holds; null where it is not. */
function read(cells: Cells, key: number): Cell | null {
  const at = cells.find(key);
  if (at < 0) return null;
  const number = (offset: number): number => cells.numbers[at + offset]!;
  const [lowMs, lowW] = [number(LOW_MS), number(LOW_W)];
  return { lowMs, highMs: lowMs + number(RISE_MS), lowW, highW: lowW + number(RISE_W), note: number(NOTE) };
}

describe('the cells of a table', () => {
  it('finds nothing before it is written, and then what was written last', () => {
    const cells = new Cells();
    expect(read(cells, 12)).to.equal(null);
    cells.write(12, cell(12));
    expect(cells.write(12, { ...cell(12), lowMs: 99 })).to.equal(cells.find(12));
    expect(read(cells, 12)).to.deep.equal({ ...cell(12), lowMs: 99 });
  });

  it('never answers with the numbers of another key, however many there are, and stays bounded', () => {
    const cells = new Cells();
    const keys = Array.from({ length: 240_000 }, (_, i) => (i * 7919) % 2 ** 31);
    for (const key of keys) cells.write(key, cell(key));
    const kept = keys.filter((key) => cells.find(key) >= 0);
    for (const key of kept) expect(read(cells, key)).to.deep.equal(cell(key));
    expect(cells.size).to.equal(65_536);
    expect(kept.length).to.be.above(32_000);
  });

  it('grows until what is asked for again and again has room', () => {
    const cells = new Cells();
    const keys = Array.from({ length: 2000 }, (_, i) => ((i % 40) << 24) + (Math.floor(i / 40) << 7) + (i % 3));
    let missed = 0;
    for (let round = 0; round < 60; round++) {
      missed = 0;
      for (const key of keys) {
        if (cells.find(key) >= 0) continue;
        missed++;
        cells.write(key, cell(key));
      }
    }
    expect(missed / keys.length).to.be.below(0.03);
  });
});
