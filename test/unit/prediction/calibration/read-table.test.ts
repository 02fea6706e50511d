import { expect } from 'chai';
import { VoltanaError } from '../../../../src/domain/errors.ts';
import { ITERATION_COLUMNS } from '../../../../src/prediction/calibration/tables/iterations.ts';
import { Workbench } from '../../../../src/prediction/calibration/workbench.ts';
import { gpuCard } from '../../../fixtures/cards.ts';
import { SAMPLES, surroundings, tableOf } from '../../../fixtures/measurements.ts';

const refusal = (csv: string, gpu?: string): VoltanaError => {
  try {
    tableOf(csv, gpu);
  } catch (error) {
    if (error instanceof VoltanaError) return error;
    throw error;
  }
  throw new Error('was read');
};

const replaced = (csv: string, from: string, to: string): string => {
  expect(csv).to.include(from);
  return csv.replace(from, to);
};

describe('measurement tables', () => {
  const EXPECTED: Record<keyof typeof SAMPLES, readonly [name: string, rows: readonly string[]]> = {
    sweep: [
      'clock sweep',
      [
        'latency decode 128 x 128 at 690 MHz = 90',
        'power decode 128 x 128 at 690 MHz = 200',
        'energy ratio decode 128 x 128 at 690 MHz = 1.125',
        // Layers that take a quarter less than the iteration say nothing of its power.
        'latency decode 128 x 128 at 1170 MHz = 80',
        'latency prefill 4 x 512 at 1170 MHz = 580',
        'power prefill 4 x 512 at 1170 MHz = 310',
      ],
    ],
    gemm: ['GEMM', ['latency 1 x 6144 x 4096 = 0.035', 'latency 256 x 14336 x 4096 = 0.14']],
    layers: ['linear layers', ['latency 1 tokens, TP1 = 0.292', 'latency 8 tokens, TP2 = 0.181']],
    derived: ['derived iterations', ['latency 1 x 128 = 10.2']],
    decodeAttention: ['decode attention', ['latency 4 x 1024, heads 32/8 = 0.03']],
    prefillAttention: ['prefill attention', ['latency 2 x 1024, heads 32/8 = 0.2']],
    allReduce: ['all-reduce', ['latency 131072 elements, 2 GPUs = 0.01']],
    powerByBatch: ['power by batch', ['power vLLM, 16 x 1024 = 293']],
    iterations: [
      'iterations',
      [
        'latency llama-3.1-8b TP1, decode 32 x 1000 at 1005 MHz = 14.5',
        'power llama-3.1-8b TP1, decode 32 x 1000 at 1005 MHz = 190',
        'latency llama-3.1-8b TP2, prefill 2 x 1024 at 1410 MHz = 40',
      ],
    ],
  };

  for (const [sample, [name, rows]] of Object.entries(EXPECTED)) {
    it(`${name}: the header tells the format, each row what was measured`, () => {
      const table = tableOf(SAMPLES[sample as keyof typeof SAMPLES]);
      expect(table.name).to.equal(name);
      const said = table.observations.map(({ quantity, what, measured }) => `${quantity} ${what} = ${Number(measured.toFixed(6))}`);
      expect(said).to.deep.equal(rows);
    });

    it(`${name}: the model has an answer near each measured figure`, () => {
      const bench = new Workbench(gpuCard('a100-sxm4-80gb'), surroundings.engine, surroundings.models);
      for (const { what, measured, predict } of tableOf(SAMPLES[sample as keyof typeof SAMPLES]).observations)
        expect(predict(bench) / measured, what).to.be.within(0.4, 2.5);
    });
  }

  it('takes quoted commas, a byte-order mark, Windows line ends and empty lines', () => {
    const csv = `\uFEFF${SAMPLES.gemm.replaceAll('\n', '\r\n\r\n')}`;
    expect(tableOf(csv).observations.map(({ groups }) => groups.model)).to.deep.equal(['llama8b', 'llama8b']);
  });

  it('learns the shape alone of a table of another family: that one has a scale of its own', () => {
    expect(tableOf(SAMPLES.gemm, 'a800-sxm4-80gb').ownScale).to.equal(true);
    expect(tableOf(SAMPLES.gemm, 'a100-sxm4-80gb').ownScale).to.equal(false);
  });

  it("names the user's own file as the source, and the publisher elsewhere", () => {
    expect(tableOf(SAMPLES.iterations, 'a100-sxm4-80gb', '/somewhere/mine.csv').source).to.equal('mine.csv');
    expect(tableOf(SAMPLES.layers).source).to.match(/microsoft\/vidur \(MIT\)/);
  });
});

describe('measurement tables that are wrong', () => {
  it('a bad number is named with its line and column, empty lines counted', () => {
    const csv = replaced(SAMPLES.gemm, 'a100_sxm,"', '\na100_sxm,"').replace(',0.14,', ',fast,');
    expect(refusal(csv).message).to.match(/^measured\.csv, line 4: latency_ms must be a number from .+, got "fast"$/);
  });

  it('neither zero nor less, nor what no GPU takes, is a measured figure', () => {
    for (const bad of ['0', '-3', 'NaN', 'Infinity', '1e300', '1e-300', '', '0x10g'])
      expect(refusal(replaced(SAMPLES.gemm, ',0.035,', `,${bad},`)).message, bad).to.match(/line 2: latency_ms must be a number/);
  });

  it('counts are whole: no half batch, none of more requests than an engine could list', () => {
    for (const bad of ['0', '1.5', '-4', '1e12'])
      expect(refusal(replaced(SAMPLES.iterations, ',decode,32,', `,decode,${bad},`)).message, bad).to.match(
        /line 2: batch must be a whole/,
      );
  });

  it('words are those of the format', () => {
    expect(refusal(replaced(SAMPLES.iterations, ',decode,', ',decoding,')).message).to.match(
      /line 2: phase must be prefill or decode, got/,
    );
    expect(refusal(replaced(SAMPLES.sweep, 'prefill,1', 'warmup,1')).message).to.match(/line 4: phase must be prefill or decode, got/);
  });

  it('a model without a card is told with those that there are', () => {
    const { message } = refusal(replaced(SAMPLES.iterations, 'llama-3.1-8b', 'llama-9'));
    expect(message).to.match(/line 2: no model card is called "llama-9"; there are llama-3\.1-8b, /);
  });

  it('a clock that the card does not have is refused with its range', () => {
    const { message } = refusal(replaced(SAMPLES.iterations, ',1410,', ',1980,'));
    expect(message).to.match(/line 3: clock_mhz 1980 is outside 210 to 1410 MHz, the clocks of a100-sxm4-80gb/);
  });

  it('cached tokens leave some to compute, and GPUs divide the heads', () => {
    expect(refusal(replaced(SAMPLES.iterations, ',512,', ',1024,')).message).to.match(/line 3: cached_tokens 1024 leave none of 1024/);
    expect(refusal(replaced(SAMPLES.iterations, ',2,prefill', ',3,prefill')).message).to.match(/line 3: 3 GPUs do not divide the 32 heads/);
  });

  it('an unknown header lists the columns of our own format', () => {
    const { message, hint } = refusal('when,what\n1,2\n');
    expect(message).to.match(/no measurement table has this header/);
    expect(hint).to.include(ITERATION_COLUMNS.join());
  });

  it('a file with nothing in it, or with a header alone, has no rows', () => {
    for (const csv of ['', '\n\n', SAMPLES.gemm.split('\n')[0]!]) expect(refusal(csv).message, csv).to.match(/measured\.csv has no rows/);
  });

  it('a short line, an open quote and a column named twice are refused with their place', () => {
    expect(refusal(replaced(SAMPLES.gemm, ',1.4,1436.5', '')).message).to.match(/line 2/);
    expect(refusal(replaced(SAMPLES.gemm, ' by two)"', ' by two)')).message).to.match(/^measured\.csv: .*[Qq]uot/);
    expect(refusal(replaced(SAMPLES.gemm, 'tflops', 'm')).message).to.match(/two columns are called "m"/);
  });

  it('a table without a row of this GPU says so, and what to do', () => {
    for (const csv of [SAMPLES.allReduce, SAMPLES.gemm, SAMPLES.decodeAttention, SAMPLES.prefillAttention])
      expect(refusal(csv, 'h200-sxm5-141gb').message).to.match(/no row of this .+ table is about h200-sxm5-141gb/);
    expect(refusal(SAMPLES.allReduce, 'a800-sxm4-80gb').hint).to.match(/Leave the file out/);
  });
});
