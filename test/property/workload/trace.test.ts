import { expect } from 'chai';
import fc from 'fast-check';
import { VoltanaError } from '../../../src/domain/errors.ts';
import type { WorkloadRequest } from '../../../src/domain/request.ts';
import { requestId } from '../../../src/workload/schedule.ts';
import { parseTrace } from '../../../src/workload/trace.ts';
import { ownLines, type TraceHeader } from '../../../src/workload/traces/own.ts';

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
  BurstGPT: [
    'Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type',
    '5,ChatGPT,472,18,490,Conversation log',
    '45.5,"GPT-4",1087,230,1317,API log',
    '46,GPT-4,100,0,100,API log',
  ].join('\n'),
  'Mooncake block': [
    '{"timestamp":0,"input_length":1030,"output_length":5,"hash_ids":[0,1,2]}',
    '{"timestamp":2999,"input_length":700,"output_length":5,"hash_ids":[0,7]}',
    '{"timestamp":2999,"input_length":7,"output_length":5}',
  ].join('\n'),
  ShareGPT: '[{"conversations":[{"from":"human","value":"Hi \\"}"},{"from":"gpt","value":"ho"}]},\n{"conversations":[]}]',
  vllm: '{"num_prompts":2,"input_lens":[10,20],\n"output_lens":[5,0],"start_times":[4.5,0]}',
  voltana: [
    '{"schemaVersion":1,"kind":"trace","timed":true,"requests":2}',
    '{"arrivalMs":0,"promptTokens":600,"maxTokens":3,"prefix":["a"]}',
    '{"arrivalMs":17.5,"promptTokens":6,"maxTokens":30}',
  ].join('\n'),
};
const LONGEST = Math.max(...Object.values(SMALL).map((text) => text.length));

const mutation = fc.record({
  at: fc.nat({ max: LONGEST }),
  remove: fc.nat({ max: 5 }),
  insert: fc.oneof(
    fc.string({ unit: 'binary', maxLength: 4 }),
    fc.constantFrom(',', '"', '{', '}', ']', '\\', '\n', '\r', '\0', '-', '9', '99999999999999999999', '\uFEFF', '""'),
  ),
});
const mutate = (text: string, { at, remove, insert }: { at: number; remove: number; insert: string }): string =>
  text.slice(0, at) + insert + text.slice(at + remove);

/** Any schedule that can be: times ascend, ids number them, prefixes are where they are. */
const schedules = fc
  .array(
    fc.record({
      gapMs: fc.double({ min: 0, max: 1e6, noNaN: true }),
      promptTokens: fc.integer({ min: 1, max: 10_000_000 }),
      maxTokens: fc.integer({ min: 1, max: 10_000_000 }),
      prefix: fc.option(fc.array(fc.string({ minLength: 1, unit: 'binary' }), { maxLength: 3 }), { nil: undefined }),
    }),
    { minLength: 1, maxLength: 30 },
  )
  .map((rows) => {
    let arrivalMs = 0;
    return rows.map(({ gapMs, prefix, ...lengths }, i): WorkloadRequest => {
      arrivalMs += gapMs;
      return { id: requestId(i + 1), arrivalMs, ...lengths, ...(prefix && { prefix }) };
    });
  });

const header = (requests: number): TraceHeader => ({
  schemaVersion: 1,
  kind: 'trace',
  voltana: '0',
  timed: true,
  requests,
  source: { format: 'voltana', files: [], dropped: 0, notes: [] },
});

const parseOrError = (csv: string): WorkloadRequest[] | VoltanaError => {
  try {
    return parseTrace(csv, 'small.csv');
  } catch (error) {
    if (error instanceof VoltanaError) return error;
    throw error;
  }
};

describe('parseTrace (properties)', () => {
  it('reads any schedule as it was written', () => {
    fc.assert(
      fc.property(schedules, (schedule) => {
        const text = [...ownLines(header(schedule.length), schedule)].join('\n');
        expect(parseTrace(text, 'own.jsonl')).to.deep.equal(schedule);
      }),
      { numRuns: 300 },
    );
  });

  it('finds any place at which a workload file is cut off', () => {
    fc.assert(
      fc.property(schedules, fc.nat(), (schedule, at) => {
        const text = `${[...ownLines(header(schedule.length), schedule)].join('\n')}\n`;
        // Without its last line end a file is whole.
        const result = parseOrError(text.slice(0, at % (text.length - 1)));
        expect(result)
          .to.be.instanceOf(VoltanaError)
          .and.have.property('message')
          .that.matches(/^small\.csv, line \d+: /);
      }),
      { numRuns: 300 },
    );
  });

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
          if (name !== 'voltana') expect(result[0]?.arrivalMs).to.equal(0);
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
