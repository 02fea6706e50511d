import { expect } from 'chai';
import { VoltanaError } from '../../../src/domain/errors.ts';
import type { TraceFormat } from '../../../src/domain/trace-statistics.ts';
import { parseTrace, readTrace } from '../../../src/workload/trace.ts';

const lengths = (text: string): number[][] =>
  parseTrace(text, 'f').map(({ arrivalMs, promptTokens, maxTokens }) => [arrivalMs, promptTokens, maxTokens]);
const json = (...values: unknown[]): string => values.map((value) => JSON.stringify(value)).join('\n');

const refuses = (cases: Record<string, [text: string, place: string, format?: TraceFormat]>): void => {
  for (const [name, [text, place, format]] of Object.entries(cases))
    it(`names the file and the line of ${name}`, () => {
      expect(() => parseTrace(text, 'a/f', format))
        .to.throw(VoltanaError, `a/f, ${place}`)
        .with.property('code', 'FILE_MALFORMED');
    });
};

describe('a BurstGPT trace', () => {
  const HEADER = 'Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type';

  it('is read by the names of its columns, with those of sessions and without', () => {
    const expected = [
      [0, 472, 18],
      [40_500, 1087, 230],
    ];
    expect(lengths(`${HEADER}\n5,ChatGPT,472,18,490,Conversation log\n45.5,ChatGPT,1087,230,1317,Conversation log\n`)).to.deep.equal(
      expected,
    );
    const sessions = 'Timestamp,Session ID,Elapsed time,Model,Request tokens,Response tokens,Total tokens,Log Type';
    expect(lengths(`${sessions}\n5,7,1.5,"GPT-4, new",472,18,490,API log\n45.5,,0.1,GPT-4,1087,230,1317,API log`)).to.deep.equal(expected);
  });

  it('leaves failed requests out, and says how many', () => {
    const trace = readTrace(`${HEADER}\n1,GPT-4,100,0,100,API log\n2,GPT-4,100,5,105,API log\n3,GPT-4,9,0,9,API log`, 'f');
    expect(trace).to.deep.include({ format: 'burstgpt', timed: true, dropped: 2 });
    expect(trace.notes).to.deep.equal(['failed requests (no tokens) left out: 2']);
    expect([...trace.requests]).to.deep.equal([{ id: 'r000001', arrivalMs: 0, promptTokens: 100, maxTokens: 5 }]);
  });

  refuses({
    'a time that is none': [`${HEADER}\nnoon,a,1,1,2,b`, 'line 2: Timestamp'],
    'a line that is cut off': [`${HEADER}\n1,a,1,1,2,b\n2,a,5`, 'line 3: 3 columns instead of 6'],
    'nothing but failures': [`${HEADER}\n1,a,1,0,1,b\n`, 'line 3: the trace holds no request'],
    'an Azure line among its own': [`${HEADER}\n1,a,1,1,2,b\n2023-11-16 18:15:46.68,374,44`, 'line 3'],
    'a header without a column': ['Timestamp,Request tokens\n1,2', 'line 1: the header has no column Response tokens', 'burstgpt'],
  });
});

describe('a Mooncake trace with blocks', () => {
  const row = (timestamp: number, input_length: number, hash_ids?: number[]) => ({
    timestamp,
    input_length,
    output_length: 7,
    ...(hash_ids && { hash_ids }),
  });

  it('names each whole block by everything before it', () => {
    const prefixes = parseTrace(
      json(row(0, 1600, [1, 2, 3, 4]), row(10, 1536, [1, 2, 9]), row(20, 1024, [2, 1]), row(30, 100, [5]), row(40, 600)),
      'f',
    ).map(({ prefix }) => prefix);
    const [first, second, third, fourth, last] = prefixes;
    expect(first).to.have.length(3);
    expect(new Set(first)).to.have.property('size', 3);
    expect(second!.slice(0, 2)).to.deep.equal(first!.slice(0, 2));
    expect(second![2]).to.not.equal(first![2]);
    // The same ids in another order are other beginnings.
    expect(third!.some((name) => first!.includes(name))).to.equal(false);
    expect(fourth).to.deep.equal([]);
    expect(last).to.equal(undefined);
  });

  it('is sorted by its times, and counted from the earliest', () => {
    expect(lengths(json(row(3000, 10), row(1000, 20)))).to.deep.equal([
      [0, 20, 7],
      [2000, 10, 7],
    ]);
  });

  refuses({
    'a torn line': [`${json(row(0, 10))}\n{"timestamp": 5, "inp`, 'line 2: not a JSON object'],
    'a table after it': [`${json(row(0, 10))}\n0,1,2,3`, 'line 2: not a JSON object'],
    'a fraction of a token': [json(row(0, 10), row(1, 1.5)), 'line 2: input_length'],
    'a hash that is none': [json({ ...row(0, 600), hash_ids: [null] }), 'line 1: hash_ids'],
    'a time that is text': [json({ ...row(0, 600), timestamp: 'now' }), 'line 1: timestamp'],
  });
});

describe('conversations', () => {
  const turn = (from: string, tokens: number) => ({ from, value: 'abcd'.repeat(tokens) });
  const conversation = {
    id: 'c',
    conversations: [turn('human', 600), turn('gpt', 30), turn('human', 500), turn('gpt', 5), turn('human', 1)],
  };

  it('make a request of each answered turn, with its history as the prompt and as shared blocks', () => {
    const trace = readTrace(JSON.stringify([conversation], null, 2), 'f');
    expect(trace).to.deep.include({ format: 'sharegpt', timed: false, dropped: 1 });
    const [first, second, ...none] = [...trace.requests];
    expect(none).to.deep.equal([]);
    expect(first).to.deep.include({ arrivalMs: 0, promptTokens: 600, maxTokens: 30 });
    expect(second).to.deep.include({ promptTokens: 1130, maxTokens: 5 });
    expect(second!.prefix!.slice(0, 1)).to.deep.equal(first!.prefix);
    expect(second!.prefix).to.have.length(2);
    expect(trace.notes.join()).to.match(/estimated/);
  });

  it('are read in every shape: a list, one a line, roles and contents', () => {
    const chat = {
      conversation: [
        { role: 'user', content: 'hello there' },
        { role: 'assistant', content: 'Grüß Gott' },
      ],
    };
    const expected = [[0, 3, 3]];
    expect(lengths(JSON.stringify([chat]))).to.deep.equal(expected);
    expect(lengths(json(chat))).to.deep.equal(expected);
    expect(lengths(`[\n${json(chat)}\n,\n${json({ messages: chat.conversation })}]\n`)).to.deep.equal([...expected, ...expected]);
  });

  it('hold any text: brackets, quotes, line ends', () => {
    const nasty = {
      conversations: [
        { from: 'human', value: 'a "}] \\ \n {[ \\"' },
        { from: 'gpt', value: '\u2028}' },
      ],
    };
    expect(lengths(JSON.stringify([nasty, nasty], null, 1))).to.have.length(2);
  });

  it('share nothing with other conversations', () => {
    const prefixes = parseTrace(JSON.stringify([conversation, conversation]), 'f').map(({ prefix }) => prefix!);
    expect(prefixes[2]![0]).to.not.equal(prefixes[0]![0]);
  });

  refuses({
    'a list that is cut off': [`[\n${json(conversation)},\n`, 'line 2: the file ends within its list'],
    'a conversation that is cut off': [
      JSON.stringify([conversation], null, 1).slice(0, 900),
      'line 7: the file ends within what begins in line 2',
    ],
    'a turn without a text': [json({ conversations: [{ from: 'human' }] }), 'line 1: a turn needs'],
    'something else in the list': [`[${json(conversation)},\n{"a":1}]`, 'line 2: neither a conversation'],
    'a number in the list': [`[${json(conversation)},\n5]`, 'line 2: a JSON object must stand here'],
    'what follows the list': [`[${json(conversation)}]\n[]`, 'line 2: a JSON object must stand here'],
    'an empty list': ['[]', 'line 2: the trace holds no request'],
    'damage within': [`[{"conversations": nope}]`, 'line 1: not JSON'],
    'a result among them': [
      `[${json(conversation)},\n${json({ input_lens: [1], output_lens: [1] })}]`,
      'line 2: conversations and results',
    ],
  });
});

describe('result files of other clients', () => {
  const vllm = {
    date: '20260101',
    backend: 'vllm',
    num_prompts: 3,
    input_lens: [10, 20, 30],
    output_lens: [5, 0, 7],
    start_times: [100.5, 0, 101],
  };

  it('of vllm bench serve: at their own times, failed requests left out, several runs one after the other', () => {
    expect(readTrace(json(vllm), 'f')).to.deep.include({ format: 'vllm', timed: true, dropped: 1 });
    expect(lengths(JSON.stringify(vllm, null, 2))).to.deep.equal([
      [0, 10, 5],
      [500, 30, 7],
    ]);
    expect(lengths(json(vllm, { ...vllm, start_times: [9, 0, 8] })).map(([atMs]) => atMs)).to.deep.equal([0, 500, 500, 1500]);
  });

  it('of sglang bench_serving: lengths without times', () => {
    const sglang = { tag: null, backend: 'sglang', random_input_len: 1024, input_lens: [10, 20], output_lens: [5, 6], ttfts: [0.1, 0.2] };
    expect(readTrace(json(sglang, sglang), 'f')).to.deep.include({ format: 'sglang', timed: false, dropped: 0 });
    expect(lengths(json(sglang))).to.deep.equal([
      [0, 10, 5],
      [0, 20, 6],
    ]);
  });

  refuses({
    'one without lengths': [json({ completed: 3, request_throughput: 1 }), 'line 1: the result has no lengths'],
    'lists of two lengths': [json({ ...vllm, output_lens: [1] }), 'line 1: 3 input_lens, but 1 output_lens'],
    'times of another number': [json({ ...vllm, start_times: [1] }), 'line 1: 3 input_lens, but 1 start_times'],
    'lengths that are texts': [json(vllm, { ...vllm, input_lens: ['1', '2', '3'] }), 'line 2: input_lens'],
    'another client than asked for': [json(vllm), 'line 1: this is a result file of vllm bench serve', 'sglang'],
  });
});

describe('a file that nobody knows', () => {
  refuses({
    nothing: ['', 'line 1: the file is empty'],
    'blank lines': ['\n\n', 'line 2: the file is empty'],
    prose: ['Dear all,\n', 'line 1: no known trace begins like this'],
    'an object of something else': ['{"a":1}', 'line 1: neither a conversation'],
    'something else than asked for': ['a,b\n1,2', 'line 1: the header must be TIMESTAMP', 'azure'],
    'an empty one that has a format': ['', 'line 1: the file is empty', 'azure'],
  });
});
