import { expect } from 'chai';
import { Cells, type Cell } from '../../../../src/prediction/tabled/cells.ts';

const cell = (key: number): Cell => ({ lowMs: key, highMs: key + 0.25, lowW: key + 0.5, highW: key + 0.75, note: key % 7 });
const empty = (): Cell => ({ lowMs: 0, highMs: 0, lowW: 0, highW: 0, note: 0 });

describe('the cells of a table', () => {
  it('finds nothing before it is written, and then what was written last', () => {
    const cells = new Cells();
    const found = empty();
    expect(cells.read(12, found)).to.equal(false);
    cells.write(12, cell(12));
    cells.write(12, { ...cell(12), lowMs: 99 });
    expect(cells.read(12, found)).to.equal(true);
    expect(found).to.deep.equal({ ...cell(12), lowMs: 99 });
  });

  it('never answers with the numbers of another key, however many there are, and stays bounded', () => {
    const cells = new Cells();
    const found = empty();
    const keys = Array.from({ length: 240_000 }, (_, i) => (i * 7919) % 2 ** 31);
    for (const key of keys) cells.write(key, cell(key));
    const kept = keys.filter((key) => cells.read(key, found) && expect(found).to.deep.equal(cell(key)));
    expect(cells.size).to.equal(65_536);
    expect(kept.length).to.be.above(32_000);
  });

  it('grows until what is asked for again and again has room', () => {
    const cells = new Cells();
    const found = empty();
    const keys = Array.from({ length: 2000 }, (_, i) => ((i % 40) << 24) + (Math.floor(i / 40) << 7) + (i % 3));
    let missed = 0;
    for (let round = 0; round < 60; round++) {
      missed = 0;
      for (const key of keys) {
        if (cells.read(key, found)) continue;
        missed++;
        cells.write(key, cell(key));
      }
    }
    expect(missed / keys.length).to.be.below(0.03);
  });
});
