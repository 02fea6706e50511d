import { expect } from 'chai';
import { goodTokenCostPct, onCommonSpan, p10, savedPct } from '../../bench/paper/compare.ts';
import { parseFigure } from '../../bench/paper/series.ts';
import { Tally, type RunNumbers } from '../../bench/paper/tally.ts';
import { modelUnknowns } from '../../bench/paper/unknowns.ts';

const COLUMNS =
  'model,dataset,rps,ttft_attain_pct_1410,ttft_attain_pct_1005,ttft_attain_pct_voltana,itl_attain_pct_1410,itl_attain_pct_1005';
const CSV = `${COLUMNS},itl_attain_pct_voltana,energy_J_1410,energy_J_1005,energy_J_voltana
M,B,20,99,98,97,100,90,95,2000,1500,1600
M,A,10,99,98,97,100,90,95,1000,700,800
M,B,10,99,98,97,100,90,95,1000,700,800
`;

const run = (over: Partial<RunNumbers>): RunNumbers => ({
  ...new Tally({ ttftMs: () => 1, itlMs: 1 }).numbers(0),
  energyJ: 1000,
  idleW: 100,
  spanMs: 10_000,
  outputTokens: 500,
  goodTokens: 500,
  ...over,
});

describe('the bench of the paper', () => {
  it('reads a figure as series in ascending rates', () => {
    const series = parseFigure(CSV);
    expect(series.map(({ dataset, points }) => [dataset, points.map(({ ratePerS }) => ratePerS)])).to.deep.equal([
      ['B', [10, 20]],
      ['A', [10]],
    ]);
    expect(series[0]!.points[1]!.energyJ).to.deep.equal({ '1410': 2000, '1005': 1500, voltana: 1600 });
  });

  it('refuses a figure with a hole', () => {
    expect(() => parseFigure(CSV.replace('700', 'n/a'))).to.throw('energy_J_1005');
  });

  it('lets a run that ends sooner idle until the other one ends', () => {
    const { slow, quick } = onCommonSpan({ slow: [run({ energyJ: 900, spanMs: 12_000 })], quick: [run({ energyJ: 1000 })] });
    expect(quick.energyJ).to.equal(1200);
    expect(savedPct(quick, slow)).to.be.closeTo(25, 1e-9);
  });

  it('counts energy for the tokens that came in time', () => {
    const { all, half } = onCommonSpan({ all: [run({})], half: [run({ goodTokens: 250 })] });
    expect(goodTokenCostPct(all, half)).to.be.closeTo(100, 1e-9);
  });

  it('tells the energy of released GPUs apart', () => {
    const numbers = new Tally({ ttftMs: () => 1, itlMs: 1 }).numbers(0, { instanceS: 60, energyJ: 3000 });
    expect(numbers).to.include({ releasedS: 60, releasedJ: 3000 });
    expect(run({})).to.include({ releasedS: 0, releasedJ: 0 });
  });

  it('takes the worst tenth', () => {
    expect(p10(Array.from({ length: 30 }, (_, i) => 30 - i))).to.equal(3);
  });

  it('sums energy from the first arrival to the last end, between samples too', () => {
    const tally = new Tally({ ttftMs: () => 100, itlMs: 50 });
    for (const atMs of [0, 1000, 2000, 3000])
      tally.sample({ instance: 'd0', role: 'decode', atMs, energyJ: atMs / 10, powerW: 100, appliedMhz: 1000, requests: 1 });
    const ended = (arrivalMs: number, firstTokenMs: number, endMs: number, outputTokens: number) =>
      tally.ended({
        request: { id: `r${arrivalMs}`, arrivalMs, promptTokens: 1, maxTokens: outputTokens },
        status: 'completed',
        firstTokenMs,
        endMs,
        outputTokens,
        error: null,
      });
    ended(500, 550, 750, 5);
    ended(1000, 1200, 1300, 3);
    ended(1500, 1550, 2500, 11);
    const numbers = tally.numbers(0);
    expect(numbers.energyJ).to.be.closeTo(200, 1e-9);
    expect(numbers.spanMs).to.equal(2000);
    // The second comes too late, the third too slowly.
    expect(numbers.jointPct).to.be.closeTo(100 / 3, 1e-9);
    expect(numbers.goodTokens).to.equal(5);
  });

  it('knows models by their names in the figure and takes any other for a card', () => {
    expect(modelUnknowns('Ministral-3b-instruct').card).to.equal('ministral-3b');
    expect(modelUnknowns('qwen3-8b')).to.deep.include({ card: 'qwen3-8b', tp: 1 });
  });
});
