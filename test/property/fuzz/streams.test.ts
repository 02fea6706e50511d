import { expect } from 'chai';
import { meetingsOf } from '../../../src/adapters/engines/emulated/dialects/sglang/rooms.ts';
import { parseAsked, subRequestTokens } from '../../../src/adapters/engines/emulated/generation/asked.ts';
import { HttpError } from '../../../src/adapters/engines/emulated/http.ts';
import { serveInstance, type CreateMachine } from '../../../src/adapters/engines/emulated/process.ts';
import { SHAPES } from '../../../src/adapters/gateway/api/index.ts';
import { createNews } from '../../../src/adapters/gateway/api/shape.ts';
import { EventSplitter } from '../../../src/adapters/gateway/event-splitter.ts';
import { realTime } from '../../../src/adapters/host/real-time.ts';
import { readyFrom } from '../../../src/adapters/launch/local/ready-line.ts';
import { completionsApi } from '../../../src/adapters/load/stream/api/completions.ts';
import { VoltanaError } from '../../../src/domain/errors.ts';
import { RawObject } from '../../../src/domain/raw-json.ts';
import { createSseParser } from '../../../src/domain/sse.ts';
import { createEmulatedInstance } from '../../../src/emulation/instance.ts';
import { parseSpecLine } from '../../../src/processes/spec-line.ts';
import { createRandom } from '../../../src/statistics/random.ts';
import { parseTrace } from '../../../src/workload/trace.ts';
import { fuzzes, MUTATIONS } from '../../fixtures/fuzz/fuzz.ts';
import { mutated } from '../../fixtures/fuzz/mutate.ts';
import { specOf } from '../../fixtures/engines/emulated-node.ts';

const text = (bytes: Buffer): string => bytes.toString('utf8');

const AZURE = [
  'TIMESTAMP,ContextTokens,GeneratedTokens',
  '2023-11-16 18:15:46.6805900,374,44',
  '2023-11-16 18:15:50.9951690,396,109',
  '2023-11-16 18:15:50.1,"5",1',
  '',
].join('\n');
const CONVERSATIONS =
  '[{"id":"a","conversations":[{"from":"human","value":"Hi }]"},{"from":"gpt","value":"ho"}]},\n {"conversations":[]}\n]\n';
const MOONCAKE = [
  'timestamp_ms,input_length_tokens,output_length_tokens,n_hash_blocks_512tok',
  '0,6758,500,14',
  '3000,7322,490,15',
  '',
].join('\r\n');

const chunk = (more: object): string =>
  `data: ${JSON.stringify({ id: 'x', choices: [{ text: 'word', finish_reason: null }], ...more })}\n\n`;
const STREAM = [
  ': ping\n\n',
  chunk({}),
  chunk({ usage: { prompt_tokens: 3, completion_tokens: 1 } }),
  'event: error\ndata: {"error":{"message":"full"}}\n\n',
  'data: [DONE]\n\n',
].join('');

/** Reads a stream as the gateway does and as the load's client does; cut at a place that the bytes decide. */
const readStream = (
  bytes: Buffer,
): { readonly tokens: number; readonly prompts: readonly number[]; readonly payloads: number; readonly longest: number } => {
  const seen = { tokens: 0, prompts: [] as number[], payloads: 0, longest: 0 };
  const news = createNews();
  const scan = SHAPES['/v1/completions'].scanner();
  const splitter = new EventSplitter((payload) => {
    scan(payload, news);
    if (news.text) seen.tokens += 1;
    if (news.promptTokens !== -1) seen.prompts.push(news.promptTokens);
    return true;
  });
  const passed: Buffer[] = [];
  const parser = createSseParser((payload) => {
    const event = completionsApi.reader()(payload);
    expect(event.error === null || typeof event.error === 'string').to.equal(true);
    seen.payloads += 1;
    seen.longest = Math.max(seen.longest, payload.length);
  });
  const cut = bytes.length === 0 ? 0 : bytes[0]! % bytes.length;
  for (const piece of [bytes.subarray(0, cut), bytes.subarray(cut)]) {
    passed.push(splitter.push(piece));
    parser.push(piece);
  }
  passed.push(splitter.end());
  expect(Buffer.concat(passed).equals(bytes)).to.equal(true);
  parser.end();
  return seen;
};

const makeAndStop: CreateMachine = (spec, startMs) => {
  createEmulatedInstance(spec, startMs).reading(startMs);
  throw new VoltanaError('BAD_VALUE', 'accepted');
};

/** As the process would, but for the servers: whatever it accepts makes a machine. */
const startInstance = (line: string): Promise<unknown> =>
  Promise.resolve(line)
    .then(parseSpecLine)
    .then((spec) => serveInstance(spec, makeAndStop, realTime()));

/** The completion's own error is an HTTP answer, with 400. */
const completion = (bytes: Buffer): unknown => {
  let body: RawObject;
  try {
    body = RawObject.parse(text(bytes));
  } catch (cause) {
    throw new VoltanaError('BAD_VALUE', 'the server answers 400 before it asks', { cause });
  }
  try {
    const asked = parseAsked(body.value, 'completion');
    const promptsTokens = subRequestTokens(asked);
    return { promptsTokens, meetings: meetingsOf(body, promptsTokens.length, asked.n > 1) };
  } catch (cause) {
    if (!(cause instanceof HttpError) || cause.status !== 400) throw cause;
    throw new VoltanaError('BAD_VALUE', cause.message, { cause });
  }
};

const ready = (bytes: Buffer): unknown => {
  try {
    return readyFrom('instance d0', text(bytes));
  } catch (error) {
    // The child's own code counts, whatever its exit code is.
    if (error instanceof VoltanaError) throw new VoltanaError('BAD_VALUE', error.message, { hint: error.hint });
    throw error;
  }
};

describe('fuzz: traces and streams', () => {
  for (const [name, seed] of [
    ['Azure trace', AZURE],
    ['Mooncake trace', MOONCAKE],
    ['trace of conversations', CONVERSATIONS],
  ] as const) {
    fuzzes(name, {
      seeds: [seed],
      read: (bytes) => parseTrace(text(bytes), 'damaged.csv'),
      says: /^damaged\.csv, line \d+: .+$/s,
      holds: (requests) => {
        expect(requests[0]!.arrivalMs).to.equal(0);
        for (const [i, { arrivalMs, promptTokens, maxTokens }] of requests.entries()) {
          expect(arrivalMs)
            .to.be.at.least(requests[Math.max(0, i - 1)]!.arrivalMs)
            .and.satisfy(Number.isFinite);
          expect(promptTokens > 0 && maxTokens > 0 && Number.isSafeInteger(promptTokens) && Number.isSafeInteger(maxTokens)).to.equal(true);
        }
      },
    });
  }

  fuzzes('event stream of an engine', {
    seeds: [STREAM, STREAM.replaceAll('\n', '\r\n')],
    read: readStream,
    refuses: false,
    holds: ({ tokens, prompts, payloads }) => {
      expect(tokens).to.be.at.most(payloads);
      expect(prompts.every((count) => Number.isFinite(count) && count >= 0)).to.equal(true);
    },
  });

  fuzzes('body of a completion', {
    seeds: [
      JSON.stringify({
        model: 'm',
        prompt: 'a b c',
        max_tokens: 8,
        n: 1,
        stream: true,
        stream_options: { include_usage: true },
        bootstrap_room: 7,
        bootstrap_host: 'h',
        bootstrap_port: 8998,
      }),
    ],
    read: completion,
    holds: (read) => {
      const { promptsTokens, meetings } = read as { promptsTokens: readonly number[]; meetings: readonly unknown[] };
      expect(meetings).to.have.length(promptsTokens.length);
      for (const tokens of promptsTokens) expect(tokens).to.be.above(0);
    },
  });

  fuzzes('ready line of a child process', {
    seeds: [JSON.stringify({ ready: true, url: 'http://127.0.0.1:3', bootstrapPort: 3, controlUrl: 'http://127.0.0.1:4' })],
    read: ready,
    says: /^instance d0: /,
  });

  fuzzes('spec line of a child process', {
    seeds: [JSON.stringify(specOf('decode'))],
    read: (bytes) => parseSpecLine(text(bytes)),
    says: /is not a JSON object$/,
  });

  it('spec of an emulated instance: 10000 damaged ones make a machine or are refused', async function () {
    this.timeout(120_000);
    const random = createRandom(20).fork('spec');
    const seed = Buffer.from(JSON.stringify({ ...specOf('decode'), host: '127.0.0.1', port: 0, bootstrapPort: 0, controlPort: 0 }));
    const answers = { accepted: 0, refused: 0 };
    for (let i = 0; i < MUTATIONS; i += 1) {
      const line = text(i === 0 ? seed : mutated(seed, random));
      const error = await startInstance(line).catch((reason: unknown) => reason);
      if (!(error instanceof VoltanaError)) throw new Error(`not a VoltanaError for ${line}`, { cause: error });
      answers[error.message === 'accepted' ? 'accepted' : 'refused'] += 1;
    }
    expect(answers.accepted).to.be.above(100);
    expect(answers.refused).to.be.above(1000);
  });
});
