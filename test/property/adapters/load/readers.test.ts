import { expect } from 'chai';
import fc from 'fast-check';
import { STREAM_APIS } from '../../../../src/adapters/load/stream/api/index.ts';
import { openAiReader } from '../../../../src/adapters/load/stream/api/openai.ts';
import type { StreamEvent } from '../../../../src/adapters/load/stream/api/shape.ts';
import { EventPieces } from '../../../../src/adapters/load/stream/events.ts';
import { createSseParser } from '../../../../src/domain/sse.ts';

/** Texts that would fool a reader that only looks for quotes and names. */
const text = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    'a',
    '"',
    '\\',
    '\n',
    '\u2028',
    'é',
    '😀',
    '\ud800',
    '"text":"x"',
    '\\"text\\":\\"',
    '"}],"usage":{',
    'null',
    'text',
    'content',
  ),
  fc.string({ unit: 'binary', maxLength: 6 }),
);
const finish = fc.oneof({ weight: 5, arbitrary: fc.constant(null) }, fc.constantFrom('length', 'stop', ''));
const count = fc.oneof(fc.nat({ max: 5 }), fc.constantFrom(null, -1, '3'));
const usage = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(undefined, null) },
  fc.record({ prompt_tokens: count, completion_tokens: count }, { requiredKeys: [] }),
);
const extra = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  fc.record({ logprobs: fc.record({ text, content: text, tokens: fc.array(text, { maxLength: 2 }) }) }),
  fc.record({ note: text, stop_reason: text }),
);
const choiceOf = (said: fc.Arbitrary<object>) =>
  fc
    .tuple(extra, said, finish, extra, fc.boolean())
    .map(([before, choice, finish_reason, after, first]) =>
      first ? { finish_reason, ...before, ...choice, ...after } : { ...before, index: 0, ...choice, finish_reason, ...after },
    );
const completion = choiceOf(fc.record({ text: fc.oneof(text, fc.constant(null)) }, { requiredKeys: [] }));
const call = fc.record({ function: fc.record({ name: text, arguments: text }, { requiredKeys: [] }), id: text });
const chat = choiceOf(
  fc.record(
    {
      delta: fc.record(
        {
          role: fc.constant('assistant'),
          content: fc.option(text),
          reasoning_content: text,
          reasoning: text,
          tool_calls: fc.array(call, { maxLength: 2 }),
        },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: [] },
  ),
);
const chunkOf = (choice: fc.Arbitrary<object>) =>
  fc
    .tuple(
      fc.constantFrom('id', 'text', 'content'),
      fc.oneof({ weight: 5, arbitrary: fc.array(choice, { minLength: 1, maxLength: 1 }) }, fc.array(choice, { maxLength: 3 })),
      usage,
      fc.boolean(),
    )
    .map(([name, choices, told, spaced]) => {
      const payload = { [name]: 'cmpl-1', choices, ...(told === undefined ? {} : { usage: told }) };
      return JSON.stringify(payload, null, spaced ? 1 : 0).replaceAll('\n', '');
    });

/** Events as a server sends them: many alike, of which only the text differs. */
const streamOf = (choice: fc.Arbitrary<object>) => {
  const payload = chunkOf(choice);
  const alike = fc
    .tuple(payload, fc.array(text, { minLength: 1, maxLength: 4 }))
    .map(([one, texts]) => [
      one,
      ...texts.map((other) =>
        one.replace(/("(?:text|content|reasoning_content)": ?)"(?:[^"\\]|\\.)*"/, (_all, key: string) => key + JSON.stringify(other)),
      ),
    ]);
  return fc
    .array(
      fc.oneof(
        payload.map((one) => [one]),
        alike,
        fc.string().map((one) => [one]),
      ),
      { maxLength: 6 },
    )
    .map((parts) => parts.flat());
};

/** A reader that has read nothing before has nothing to compare with: it parses. */
const parsed = (api: 'openai-completions' | 'openai-chat', payload: string): StreamEvent => STREAM_APIS[api].reader()(payload);

describe('readers of streamed events', () => {
  for (const [api, choice] of [
    ['openai-completions', completion],
    ['openai-chat', chat],
  ] as const) {
    it(`${api}: whatever came before, each event says what its full parse says`, () => {
      fc.assert(
        fc.property(streamOf(choice), (payloads) => {
          const read = STREAM_APIS[api].reader();
          for (const payload of payloads) expect(read(payload), payload).to.deep.equal(parsed(api, payload));
        }),
        { numRuns: 600 },
      );
    });
  }

  it('parses few of a common stream', () => {
    let parses = 0;
    const read = openAiReader(
      (choice) => {
        parses += 1;
        return typeof choice['text'] === 'string' && choice['text'] !== '';
      },
      ['"text"'],
    )();
    for (let i = 0; i < 1000; i++) {
      const payload = JSON.stringify({ id: 'c', choices: [{ index: 0, text: ` w${i}"\n`, finish_reason: null }], usage: null });
      expect(read(payload)).to.include({ text: true, finished: false, error: null });
    }
    expect(parses).to.equal(2);
  });
});

describe('EventPieces', () => {
  const line = fc.oneof(
    { weight: 6, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }).map((one) => `data: ${one.replace(/[\r\n]/g, '')}`) },
    fc.constantFrom(
      'data',
      'data:',
      'data:x',
      ': ping',
      'event: e',
      'id: 1',
      'data: [DONE]',
      'data: ',
      '',
      '\ufeffdata: x',
      'data: a\rdata: b',
    ),
  );
  const body = fc
    .array(
      fc.tuple(line, fc.oneof({ weight: 6, arbitrary: fc.constant('\n\n') }, fc.constantFrom('\n', '\r\n', '\r', '\r\n\r\n', '\r\r', ''))),
      { maxLength: 8 },
    )
    .map((lines) => Buffer.from(lines.flat().join('')));

  const seenBy = (
    bytes: Buffer,
    cuts: readonly number[],
    make: (onData: (payload: string) => void) => { push(chunk: Buffer): void; end(): void },
  ) => {
    const seen: string[] = [];
    const reader = make((payload) => seen.push(payload));
    const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
    places.slice(1).forEach((end, i) => reader.push(bytes.subarray(places[i], end)));
    reader.end();
    return seen;
  };

  it('finds the events that the full parser finds, however the body is cut', () => {
    fc.assert(
      fc.property(body, fc.array(fc.nat({ max: 200 }), { maxLength: 6 }), (bytes, cuts) => {
        const full = seenBy(bytes, [], (onData) => createSseParser(onData));
        expect(seenBy(bytes, cuts, (onData) => new EventPieces(onData))).to.deep.equal(full);
      }),
      { numRuns: 1000 },
    );
  });
});
