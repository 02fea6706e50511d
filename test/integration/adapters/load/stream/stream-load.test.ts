import { expect } from 'chai';
import { createStreamLoad } from '../../../../../src/adapters/load/stream/stream-load.ts';
import type { RequestOutcome, WorkloadRequest } from '../../../../../src/domain/request.ts';
import { realTime } from './real-time.ts';
import { type Answer, EVENT_STREAM, forever, sleep, type SseServer, startSseServer, streamTokens } from './sse-server.ts';

const requestsAt = (...arrivalsMs: number[]): WorkloadRequest[] =>
  arrivalsMs.map((arrivalMs, index) => ({ id: `r${index}`, arrivalMs, promptTokens: 20 + index, maxTokens: 5 }));
const loadOn = (url: string) => createStreamLoad({ url, model: 'm', time: realTime, api: 'openai-completions' });
const never = new AbortController().signal;

describe('stream load', () => {
  let server: SseServer;
  const serve = async (answer: Answer): Promise<SseServer> => (server = await startSseServer(answer));
  afterEach(() => server.close());

  it('reports what each client saw', async () => {
    const { url, bodies } = await serve(streamTokens(20));
    const progress: number[][] = [];
    const schedule = requestsAt(0, 30, 60);
    const before = realTime.nowMs();
    const { startedAtMs, outcomes } = await loadOn(url).run(schedule, {
      drainMs: 5000,
      signal: never,
      onProgress: ({ sent, ended }) => progress.push([sent, ended]),
    });
    expect(startedAtMs).to.be.within(before, before + 1000);
    expect(outcomes.map(({ id, status, error }) => [id, status, error])).to.deep.equal([0, 1, 2].map((n) => [`r${n}`, 'completed', null]));
    outcomes.forEach((outcome, index) => checkCompleted(outcome, schedule[index] as WorkloadRequest));
    expect(progress.at(-1)).to.deep.equal([3, 3]);
    expect(bodies[0]).to.deep.include({
      model: 'm',
      max_tokens: 5,
      ignore_eos: true,
      stream: true,
      temperature: 0,
      stream_options: { include_usage: true },
    });
    expect(bodies[0]?.prompt.split(/\s+/)).to.have.length(20);
    expect(await server.socketsLeft()).to.equal(0);
  });

  const checkCompleted = (outcome: RequestOutcome, request: WorkloadRequest): void => {
    expect(outcome.intendedMs).to.equal(request.arrivalMs);
    expect(outcome.sentMs).to.be.at.least(request.arrivalMs);
    expect(outcome.firstTokenMs).to.be.at.least(outcome.sentMs);
    expect(outcome.endMs).to.be.at.least((outcome.firstTokenMs ?? 0) + 60);
    expect(outcome.outputTokens).to.equal(5);
    expect(outcome.promptTokens).to.equal(request.promptTokens);
    expect(outcome.gapsMs).to.have.length(4);
    expect(Math.min(...outcome.gapsMs)).to.be.greaterThan(5);
  };

  it('sends on time although nothing answers: the loop is open', async () => {
    const { url, connections } = await serve(forever);
    const arrivals = Array.from({ length: 40 }, (_, index) => index * 5);
    const { outcomes } = await loadOn(url).run(requestsAt(...arrivals), { drainMs: 100, signal: never });
    expect(outcomes.map(({ status }) => status)).to.deep.equal(arrivals.map(() => 'unfinished'));
    expect(outcomes.every(({ endMs, firstTokenMs }) => endMs === null && firstTokenMs === null)).to.equal(true);
    expect(connections()).to.equal(40);
    expect(await server.socketsLeft()).to.equal(0);
  });

  it('uses a connection again after an answer', async () => {
    const { url, connections } = await serve(streamTokens(0));
    const { outcomes } = await loadOn(url).run(requestsAt(0, 150, 300), { drainMs: 5000, signal: never });
    expect(outcomes.every(({ status }) => status === 'completed')).to.equal(true);
    expect(connections()).to.equal(1);
  });

  it('records how late it sent when its own process was busy', async () => {
    const { url } = await serve(streamTokens(0));
    const running = loadOn(url).run(requestsAt(20, 40), { drainMs: 5000, signal: never });
    const until = realTime.nowMs() + 150;
    while (realTime.nowMs() < until);
    const { outcomes } = await running;
    expect(outcomes.map(({ status }) => status)).to.deep.equal(['completed', 'completed']);
    for (const { sentMs, intendedMs } of outcomes) expect(sentMs - intendedMs).to.be.greaterThan(80);
  });

  it('cancels every open request at once on abort, sends no more and leaves no socket', async () => {
    const { url } = await serve(async (response) => {
      response.writeHead(200, EVENT_STREAM).write('data: {"choices":[{"text":"a"}]}\n\n');
      await forever();
    });
    const abort = new AbortController();
    const running = loadOn(url).run(requestsAt(0, 10, 20, 60_000), { drainMs: 60_000, signal: abort.signal });
    while (server.bodies.length < 3) await sleep(10);
    await sleep(50);
    abort.abort();
    const { outcomes } = await running;
    expect(outcomes.map(({ status, outputTokens }) => [status, outputTokens])).to.deep.equal(Array(3).fill(['cancelled', 1]));
    await sleep(50);
    expect(server.bodies).to.have.length(3);
    expect(await server.socketsLeft()).to.equal(0);
  });

  it('cancels a request that still waits for its connection', async () => {
    const { url } = await serve(forever);
    const abort = new AbortController();
    const running = loadOn(url).run(requestsAt(0), { drainMs: 60_000, signal: abort.signal });
    abort.abort();
    expect((await running).outcomes.map(({ id, status }) => [id, status])).to.deep.equal([['r0', 'cancelled']]);
    expect(await server.socketsLeft()).to.equal(0);
    expect(server.bodies).to.deep.equal([]);
  });

  it('sends nothing under a signal that has aborted already, and nothing for an empty schedule', async () => {
    const { url } = await serve(streamTokens(0));
    const aborted = await loadOn(url).run(requestsAt(0), { drainMs: 1000, signal: AbortSignal.abort() });
    const empty = await loadOn(url).run([], { drainMs: 60_000, signal: never });
    expect([aborted.outcomes, empty.outcomes, server.bodies]).to.deep.equal([[], [], []]);
  });
});
