import { expect } from 'chai';
import fc from 'fast-check';
import { VoltanaError } from '../../../src/domain/errors.ts';
import type { WorkloadRequest } from '../../../src/domain/request.ts';
import { parseTrace } from '../../../src/workload/trace.ts';

const SMALL = {
  Azure: [
    'TIMESTAMP,ContextTokens,GeneratedTokens',
    '2023-11-16 18:15:46.6805900,374,44',
    '2023-11-16 18:15:50.9951690,396,109',
    '2023-11-16 18:15:51.2225670,879,55',
  ].join('\n'),
  Mooncake: [
    'timestamp_ms,input_length_tokens,output_length_tokens,n_hash_blocks_512tok',
    '0,6758,500,14',
    '0,7322,490,15',
    '2999,110,20,1',
    '6000,9000,7,18',
  ].join('\n'),
};
const LONGEST = Math.max(...Object.values(SMALL).map((text) => text.length));

const mutation = fc.record({
  at: fc.nat({ max: LONGEST }),
  remove: fc.nat({ max: 5 }),
  insert: fc.oneof(
    fc.string({ unit: 'binary', maxLength: 4 }),
    fc.constantFrom(',', '"', '\n', '\r', '\0', '-', '9', '99999999999999999999', '\uFEFF', '""'),
  ),
});
const mutate = (text: string, { at, remove, insert }: { at: number; remove: number; insert: string }): string =>
  text.slice(0, at) + insert + text.slice(at + remove);

const parseOrError = (csv: string): WorkloadRequest[] | VoltanaError => {
  try {
    return parseTrace(csv, 'small.csv');
  } catch (error) {
    if (error instanceof VoltanaError) return error;
    throw error;
  }
};

describe('parseTrace (properties)', () => {
  for (const [name, small] of Object.entries(SMALL))
    it(`makes of a damaged ${name} file a schedule or an error that names file and line, and never crashes`, () => {
      let refused = 0;
      fc.assert(
        fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
          const result = parseOrError(mutations.reduce(mutate, small));
          if (result instanceof VoltanaError) {
            refused += 1;
            expect(result.code).to.equal('FILE_MALFORMED');
            expect(result.message).to.match(/^small\.csv, line \d+: /);
            return;
          }
          expect(result[0]?.arrivalMs).to.equal(0);
          result.forEach(({ arrivalMs, promptTokens, maxTokens }, index) => {
            expect(arrivalMs).to.be.at.least(result[index - 1]?.arrivalMs ?? 0);
            expect(promptTokens).to.satisfy(Number.isInteger).and.to.be.at.least(1);
            expect(maxTokens).to.satisfy(Number.isInteger).and.to.be.at.least(1);
          });
        }),
        { numRuns: 1000 },
      );
      expect(refused).to.be.greaterThan(100);
    });
});
