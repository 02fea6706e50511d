import { expect } from 'chai';
import { VoltanaError } from '../../../../src/domain/errors.ts';
import type { FittedInstance } from '../../../../src/domain/profile.ts';
import { readRows } from '../../../../src/prediction/calibration/tables/csv.ts';
import { instanceFromLookup } from '../../../../src/prediction/tables/lookup-instance.ts';
import { companionFile, subjectOfName, type LookupTable } from '../../../../src/prediction/tables/lookup.ts';
import { readLookup } from '../../../../src/prediction/tables/read-lookup.ts';
import { lookupText } from '../../../../src/prediction/tables/write-lookup.ts';

const HEADER = 'freq,bs_start,bs_end,coef_bs,coef_tokens,coef_intercept,r_2';
const DECODE = { phase: 'decode', quantity: 'latency' } as const;

const read = (lines: readonly string[], subject: Pick<LookupTable, 'phase' | 'quantity'> = DECODE, header = HEADER): LookupTable => {
  const { rows, columns } = readRows([header, ...lines].join('\n'), 't.csv');
  return readLookup(rows, columns, 't.csv', subject);
};

const refusal = (...lines: string[]): VoltanaError => {
  try {
    read(lines);
  } catch (error) {
    if (error instanceof VoltanaError) return error;
    throw error;
  }
  throw new Error('not refused');
};

const quality = { latencyMapePct: 2, powerMapePct: 3, r2: 0.987, heldOutPoints: 9 };
/** Numbers that no short decimal is equal to. */
const term = (scale: number) => ({ perSequence: scale / 3, perToken: scale / 7e4, constant: scale * Math.PI });
const instance: FittedInstance = {
  instance: 'd0',
  phase: 'decode',
  range: { batch: [1, 256], tokens: [100, 100_000] },
  model: 'segments',
  crossValidation: { segments: quality, physics: null },
  intervals: null,
  physics: null,
  levels: [930, 1410].map((clockMhz) => ({
    clockMhz,
    idleW: 60,
    segments: [
      { batch: [1, 128] as const, latencyMs: term(clockMhz), energyJ: term(clockMhz + 1) },
      { batch: [129, 256] as const, latencyMs: term(clockMhz + 2), energyJ: term(clockMhz + 3) },
    ],
  })),
};

describe('lookup tables of the reference', () => {
  it('come back exactly as they were written: every digit, every stretch, every clock', () => {
    const tables = (['latency', 'energy'] as const).map((quantity) => {
      const text = lookupText(instance, quantity);
      expect(text.split('\n')[0]).to.equal(HEADER);
      const { rows, columns } = readRows(text, quantity);
      return readLookup(rows, columns, quantity, { phase: 'decode', quantity });
    });
    const back = instanceFromLookup(tables[0]!, tables[1]!, () => 60);
    expect(back.levels).to.deep.equal(instance.levels);
    expect(lookupText({ ...back, crossValidation: instance.crossValidation }, 'latency')).to.equal(lookupText(instance, 'latency'));
  });

  it('claim neither a range of tokens nor an error: the tables do not tell them', () => {
    const latency = read(['1005,1,8,0.1,0.001,5,0.99']);
    const back = instanceFromLookup(latency, { ...latency, quantity: 'energy' }, () => 0);
    expect(back.range).to.deep.equal({ batch: [1, 8], tokens: [0, 0] });
    expect(back.crossValidation.segments).to.deep.equal({ latencyMapePct: null, powerMapePct: null, r2: null, heldOutPoints: 0 });
    expect(back.intervals).to.equal(null);
  });

  it('write the held-out r_2 of latency, and none for energy', () => {
    expect(lookupText(instance, 'latency')).to.match(/,0\.987\n/);
    expect(lookupText(instance, 'energy').split('\n')[1]).to.match(/,$/);
  });

  it('may be in any order, begin at batch 0, share an end, and leave r_2 out', () => {
    const inclusive = read(['1410,1,8,1,0,5,1', '1005,9,16,2,0,5,1', '1005,1,8,1,0,5,1']).rows;
    expect(inclusive.map(({ clockMhz, batch }) => [clockMhz, ...batch])).to.deep.equal([
      [1005, 1, 8],
      [1005, 9, 16],
      [1410, 1, 8],
    ]);
    const shared = read(['1005,0,8,1,0,5', '1005,8,16,2,0,5'], DECODE, HEADER.replace(',r_2', '')).rows;
    expect(shared.map(({ batch }) => batch)).to.deep.equal([
      [1, 8],
      [9, 16],
    ]);
  });

  const wrong: readonly (readonly [what: string, lines: readonly string[], says: RegExp])[] = [
    ['a stretch without a line', ['1005,1,8,1,0,5,1', '1005,16,24,1,0,5,1'], /line 3: bs_start 16 does not follow bs_end 8/],
    ['a stretch with two lines', ['1005,1,16,1,0,5,1', '1005,8,24,1,0,5,1'], /line 3: bs_start 8/],
    ['the same line twice', ['1005,1,8,1,0,5,1', '1005,1,8,1,0,5,1'], /line 3: bs_start 1/],
    ['an end before the start', ['1005,9,8,1,0,5,1'], /bs_start 9 is above bs_end 8/],
    ['a latency below 0', ['1005,1,8,1,0,-3,1'], /gives -2 at 1 requests/],
    ['more tokens in less time', ['1005,1,8,1,-0.1,50,1'], /coef_tokens -0\.1 is negative/],
    ['NaN', ['1005,1,8,NaN,0,5,1'], /coef_bs must be a number/],
    ['nothing', ['1005,1,8,,0,5,1'], /coef_bs must be a number/],
    ['what no clock is', ['1e6,1,8,1,0,5,1'], /freq 1000000 is no clock/],
    ['a negative clock', ['-5,1,8,1,0,5,1'], /freq must be/],
  ];
  for (const [what, lines, says] of wrong) {
    it(`are refused with ${what}, naming the line`, () => {
      expect(refusal(...lines).message).to.match(says);
      expect(refusal(...lines).exitCode).to.equal(2);
    });
  }

  it('are refused as a pair when one has a line that the other has not', () => {
    const [one, other] = [read(['1005,1,8,1,0,5,1']), read(['1005,1,8,1,0,5,1', '1410,1,8,1,0,5,1'])];
    expect(() => instanceFromLookup(one, other, () => 0)).to.throw(VoltanaError, 't.csv has no line for 1410 MHz, batch 1 to 8');
  });

  it('have stretches of tokens for prefill, longer than any batch', () => {
    const { rows } = read(['1005,1,2000000,0,0.1,5,1'], { phase: 'prefill', quantity: 'latency' });
    expect(rows[0]!.batch).to.deep.equal([1, 2_000_000]);
  });
});

describe('names of lookup tables', () => {
  const names: readonly (readonly [string, string | null])[] = [
    ['x.decode-latency.csv', 'decode latency'],
    ['x.prefill-energy.csv', 'prefill energy'],
    ['ITL.csv', 'decode latency'],
    ['a100_TTFT_table.csv', 'prefill latency'],
    ['itl_energy.csv', 'decode energy'],
    ['latency.csv', null],
    ['decode.csv', null],
    ['table.csv', null],
    ['prefill-decode-latency.csv', null],
    ['constructor.decode.latency.csv', 'decode latency'],
  ];
  for (const [name, of] of names) {
    it(`${name} says ${of ?? 'too little'}`, () => {
      const subject = subjectOfName(name);
      expect(subject && `${subject.phase} ${subject.quantity}`).to.equal(of);
    });
  }

  it('of files written together say what is in them', () => {
    const file = companionFile('/some/t.csv', { phase: 'prefill', quantity: 'energy' });
    expect(file).to.equal('/some/t.prefill-energy.csv');
    expect(subjectOfName('t.prefill-energy.csv')).to.deep.equal({ phase: 'prefill', quantity: 'energy' });
  });
});
