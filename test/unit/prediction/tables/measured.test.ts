import { expect } from 'chai';
import { VoltanaError } from '../../../../src/domain/errors.ts';
import { readRows } from '../../../../src/prediction/calibration/tables/csv.ts';
import { measuredFormat, type MeasuredTable } from '../../../../src/prediction/tables/measured.ts';
import { gpuCard } from '../../../fixtures/cards.ts';
import { SAMPLES } from '../../../fixtures/measurements.ts';

const COLUMNS = 'model,tp,phase,batch,tokens,cached_tokens,clock_mhz,latency_ms,power_w';

const read = (csv: string, gpu = 'a100-sxm4-80gb'): MeasuredTable => {
  const { rows, columns } = readRows(csv, 'mine.csv');
  return measuredFormat(columns)!.read(rows, 'mine.csv', gpuCard(gpu));
};
const readLines = (...lines: string[]): MeasuredTable => read([COLUMNS, ...lines].join('\n'));

describe('tables of measured iterations', () => {
  it('are told by their header, and what is no such table is not', () => {
    const formatOf = (csv: string) => measuredFormat(readRows(csv, 'x.csv').columns);
    expect(formatOf(SAMPLES.iterations)?.gpu).to.equal(null);
    expect(formatOf(SAMPLES.sweep)?.gpu).to.equal('a800-sxm4-80gb');
    expect(formatOf(SAMPLES.gemm)).to.equal(null);
  });

  it('give points: energy of all GPUs, tokens of each request', () => {
    const { points, model, tp } = readLines('llama-3.1-8b,2,decode,32,1000,,1005,20,150', 'llama-3.1-8b,2,prefill,2,512,0,1410,40,250');
    expect({ model, tp }).to.deep.equal({ model: 'llama-3.1-8b', tp: 2 });
    expect(points[0]).to.include({ phase: 'decode', batch: 32, contextTokens: 1000, latencyMs: 20, powerW: 150, energyJ: 6, valid: true });
    expect(points[1]).to.include({ phase: 'prefill', batch: 2, promptTokens: 512, requestedClockMhz: 1410, valid: true });
    expect(points[1]).to.not.have.property('contextTokens');
  });

  it('keep what cannot be fitted, and why', () => {
    const { points } = readLines('m,1,decode,1,10,,1005,20,', 'm,1,prefill,1,512,128,1005,20,200');
    expect(points.map(({ valid, reasons }) => [valid, ...reasons])).to.deep.equal([
      [false, 'its power is not known'],
      [false, 'a part of its prompts was cached'],
    ]);
  });

  it('take a board at its power limit to be capped', () => {
    const { points } = readLines('m,1,prefill,1,4096,,1410,400,398', 'm,1,prefill,1,4096,,1005,500,250');
    expect(points.map(({ capped }) => capped)).to.deep.equal([true, false]);
  });

  it('of the public sweep have the measured iteration, half the answer as context, and say whose they are', () => {
    const { points, source, notes } = read(SAMPLES.sweep, 'a800-sxm4-80gb');
    expect(points[0]).to.include({ phase: 'decode', clockMhz: 690, batch: 128, contextTokens: 160, latencyMs: 90, powerW: 200 });
    expect(points[2]).to.include({ phase: 'prefill', batch: 4, promptTokens: 512 });
    expect(source).to.match(/duihuhu\/sglang/);
    // 345 and 64 * (340 + 590) us of layers: 59.5 of 80 ms.
    expect(notes.join()).to.match(/of 3 rows: the layers do not add up/);
  });

  const wrong: readonly (readonly [what: string, lines: readonly string[], says: RegExp])[] = [
    ['two models', ['a,1,decode,1,10,,1005,20,100', 'b,1,decode,1,10,,1005,20,100'], /line 3: .*not of a on 1 GPU as the first/],
    ['two widths', ['a,1,decode,1,10,,1005,20,100', 'a,2,decode,1,10,,1005,20,100'], /line 3/],
    ['a clock of another GPU', ['a,1,decode,1,10,,1980,20,100'], /1980 is outside 210 to 1410 MHz/],
    ['a negative latency', ['a,1,decode,1,10,,1005,-20,100'], /line 2: latency_ms/],
    ['NaN', ['a,1,decode,1,10,,1005,NaN,100'], /latency_ms/],
    ['half a request', ['a,1,decode,1.5,10,,1005,20,100'], /batch must be a whole number/],
    ['a third phase', ['a,1,both,1,10,,1005,20,100'], /phase must be prefill or decode/],
  ];
  for (const [what, lines, says] of wrong)
    it(`are refused with ${what}`, () =>
      expect(() => readLines(...lines))
        .to.throw(VoltanaError)
        .with.property('message')
        .that.matches(says));
});
