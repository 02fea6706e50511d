import { expect } from 'chai';
import { importTrace, traceStatistics, type TraceImportRequest, type TracePorts } from '../../../../src/runs/tracing/import-trace.ts';
import { readTraceFile } from '../../../../src/runs/tracing/read-trace.ts';
import { replayTrace } from '../../../../src/runs/tracing/replay-trace.ts';
import { parseTrace } from '../../../../src/workload/trace.ts';
import { memoryStore } from '../../../fixtures/memory-store.ts';
import { ourError } from '../../../fixtures/rejected.ts';
import { header } from '../../../fixtures/run-records.ts';

const HEADER = 'Timestamp,Request tokens,Response tokens';
const CHAT = '{"conversations":[{"from":"human","value":"Hello there"},{"from":"gpt","value":"Hi"}]}';
const FILES = {
  '1.csv': `${HEADER}\n10,1,1\n30,3,1`,
  '2.csv': `${HEADER}\n20,2,1`,
  'chats.json': `[${CHAT},${CHAT},${CHAT}]`,
  'once.csv': `${HEADER}\n10,1,1\n10,3,1`,
};

const ports = (): TracePorts & ReturnType<typeof memoryStore> => {
  const memory = memoryStore({ ...FILES });
  return { ...memory, header, signal: new AbortController().signal };
};
const asked = (over: Partial<TraceImportRequest>): TraceImportRequest => ({
  files: ['1.csv'],
  format: undefined,
  fromS: undefined,
  toS: undefined,
  requests: undefined,
  maxPromptTokens: undefined,
  output: 'x.jsonl',
  ...over,
});

describe('importTrace', () => {
  it('merges files by their common clock, and tells what it wrote', async () => {
    const all = ports();
    const told = await importTrace(asked({ files: ['1.csv', '2.csv'], maxPromptTokens: 2 }), all);
    expect(parseTrace(all.files['x.jsonl']!, 'x').map(({ arrivalMs, promptTokens }) => [arrivalMs, promptTokens])).to.deep.equal([
      [0, 1],
      [10_000, 2],
      [20_000, 2],
    ]);
    expect(told).to.deep.include({ kind: 'trace-statistics', requests: 3, files: ['1.csv', '2.csv'], evidence: 'measured' });
    expect(told.promptTokens.max).to.equal(2);
    expect((await traceStatistics({ files: ['x.jsonl'], format: undefined }, all)).arrivals).to.deep.equal(told.arrivals);
  });

  it('says that guessed lengths are no measurement', async () => {
    expect(await traceStatistics({ files: ['chats.json'], format: undefined }, ports())).to.include({
      evidence: 'extrapolated',
      timed: false,
    });
  });

  const refusals: Record<string, [over: Partial<TraceImportRequest>, code: string, says: RegExp]> = {
    'a file that is not there': [{ files: ['none.csv'] }, 'FILE_UNREADABLE', /none\.csv/],
    'a file of another format than asked for': [{ format: 'azure' }, 'FILE_MALFORMED', /1\.csv, line 1: the header must be TIMESTAMP/],
    'a stretch that ends before it begins': [{ fromS: 5, toS: 5 }, 'BAD_VALUE', /--to 5 does not lie after/],
    'a stretch without a request': [{ fromS: 500 }, 'BAD_VALUE', /no request arrives/],
    'a stretch where there are no times': [{ files: ['chats.json'], toS: 5 }, 'BAD_FLAG', /--from and --to mean nothing there/],
  };
  for (const [name, [over, code, says]] of Object.entries(refusals))
    it(`refuses ${name}, and writes nothing`, async () => {
      const all = ports();
      const error = await ourError(importTrace(asked(over), all));
      expect(error.code).to.equal(code);
      expect(error.message).to.match(says);
      expect(all.files).to.not.have.property('x.jsonl');
    });

  it('ends at a signal with its reason', async () => {
    const reason = new Error('enough');
    const failed = await importTrace(asked({}), { ...ports(), signal: AbortSignal.abort(reason) }).catch((error: unknown) => error);
    expect(failed).to.equal(reason);
  });
});

describe('replayTrace', () => {
  const replay = async (file: keyof typeof FILES, ratePerS?: number, limits: { durationS?: number; requests?: number } = {}) => {
    const { store } = ports();
    const { durationS, requests } = limits;
    return replayTrace(await readTraceFile(store, file), file, { ratePerS, durationS, requests, seed: 1 });
  };
  const times = async (...args: Parameters<typeof replay>): Promise<number[]> =>
    (await replay(...args)).schedule.map(({ arrivalMs }) => arrivalMs);

  it('keeps the times of a trace, or stretches them to a mean rate', async () => {
    expect(await times('1.csv')).to.deep.equal([0, 20_000]);
    expect(await times('1.csv', 0.5)).to.deep.equal([0, 2000]);
    expect(await times('1.csv', undefined, { durationS: 20 })).to.deep.equal([0]);
  });

  it('draws times for a trace without any, and asks for a rate', async () => {
    const drawn = await times('chats.json', 10);
    expect(drawn)
      .to.have.length(3)
      .and.deep.equal(await times('chats.json', 10));
    expect(drawn[0]).to.be.above(0);
    expect(await times('chats.json', 10, { requests: 2 })).to.deep.equal(drawn.slice(0, 2));
    expect(await ourError(replay('chats.json'))).to.include({ code: 'BAD_FLAG' });
  });

  it('stretches no time between requests that all come at once', async () => {
    expect(await times('once.csv')).to.deep.equal([0, 0]);
    expect(await ourError(replay('once.csv', 2))).to.include({ code: 'BAD_VALUE' });
  });
});
