import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import type { RequestOutcome, WorkloadRequest } from '../../src/domain/request.ts';
import type { LoadProgress, LoadSource } from '../../src/ports/load-source.ts';
import type { Time } from '../../src/ports/time.ts';
import {
  EVENT_STREAM,
  forever,
  startSseServer,
  streamTokens,
  textEvent,
  type Answer,
  type SseServer,
} from '../integration/adapters/load/stream/sse-server.ts';

const TOKENS = 4;
const requestsAt = (...arrivalsMs: number[]): WorkloadRequest[] =>
  arrivalsMs.map((arrivalMs, i) => ({ id: `r${i}`, arrivalMs, promptTokens: 10 + i, maxTokens: TOKENS }));
const every = (count: number, ms: number): WorkloadRequest[] => requestsAt(...Array.from({ length: count }, (_, i) => i * ms));
const idsOf = (list: readonly { readonly id: string }[]): string[] => list.map(({ id }) => id);

/** What servers do to their clients, well or badly. */
const refuse =
  (status: number): Answer =>
  (response) =>
    void response.writeHead(status).end('no');
const breakOff: Answer = (response) => void response.writeHead(200, EVENT_STREAM).write(textEvent('a'), () => response.destroy());
const hangUp: Answer = (response) => void response.destroy();
const nonsense: Answer = (response) => void response.writeHead(200, EVENT_STREAM).end('data: {"choices"\n\ndata: [DONE]\n\n');
const stall: Answer = async (response) => {
  response.writeHead(200, EVENT_STREAM).write(textEvent('a'));
  await forever();
};

/** An outcome tells one story, from the schedule to the last token. */
const expectConsistent = (outcome: RequestOutcome, request: WorkloadRequest, closed: boolean): void => {
  const { status, intendedMs, sentMs, firstTokenMs, endMs, gapsMs, error } = outcome;
  // A closed loop knows no intended times: a request is due when it is sent.
  expect(intendedMs).to.equal(closed ? sentMs : request.arrivalMs);
  expect(sentMs, 'sent early').to.be.at.least(intendedMs);
  if (firstTokenMs !== null) expect(firstTokenMs).to.be.at.least(sentMs);
  for (const gapMs of gapsMs) expect(gapMs).to.be.at.least(0);
  const lastMs = (firstTokenMs ?? sentMs) + gapsMs.reduce((sum, gapMs) => sum + gapMs, 0);
  if (endMs !== null) expect(endMs).to.be.at.least(lastMs - 1e-6);
  expect(endMs === null).to.equal(status === 'cancelled' || status === 'unfinished');
  expect(error === null, `${status}: ${error}`).to.equal(status === 'completed');
};

/**
 * Every LoadSource passes this.
 * @param make a load on the server at a URL, on `time`'s clock; of a closed loop one with three requests at a time
 */
export const loadSourceContract = (name: string, time: Time, make: (url: string) => LoadSource, closed = false): void => {
  describe(`load source contract: ${name}`, () => {
    const never = new AbortController().signal;
    let server: SseServer;
    const serve = async (answer: Answer): Promise<LoadSource> => make((server = await startSseServer(answer)).url);
    afterEach(() => server.close());

    const expectStory = (outcomes: readonly RequestOutcome[], schedule: readonly WorkloadRequest[]): void => {
      expect(idsOf(outcomes)).to.deep.equal(idsOf(schedule));
      outcomes.forEach((outcome, i) => expectConsistent(outcome, schedule[i]!, closed));
    };

    it('reports every request once, in schedule order, whatever becomes of the others', async () => {
      const answers = [streamTokens(5), refuse(500), hangUp, stall, refuse(429), breakOff, nonsense, streamTokens(0)];
      const load = await serve((response, body, request) => answers[body.prompt.split(' ').length - 10]!(response, body, request));
      const schedule = every(answers.length, 5);
      const { outcomes } = await load.run(schedule, { drainMs: 1000, signal: never });
      expectStory(outcomes, schedule);
      expect(outcomes.map(({ status }) => status)).to.deep.equal([
        'completed',
        'failed',
        'failed',
        'unfinished',
        'rejected',
        'failed',
        'failed',
        'completed',
      ]);
      expect(await server.socketsLeft()).to.equal(0);
    });

    it('an answer is seen token by token, and counted', async () => {
      const load = await serve(streamTokens(10));
      const schedule = every(3, 20);
      const before = time.nowMs();
      const { startedAtMs, outcomes } = await load.run(schedule, { drainMs: 5000, signal: never });
      expect(startedAtMs).to.be.within(before, time.nowMs());
      expectStory(outcomes, schedule);
      outcomes.forEach((outcome, i) => {
        expect(outcome).to.include({ status: 'completed', outputTokens: TOKENS, promptTokens: 10 + i });
        expect(outcome.gapsMs).to.have.length(TOKENS - 1);
        expect(startedAtMs + outcome.endMs!).to.be.at.most(time.nowMs());
      });
      expect(server.bodies.map(({ max_tokens }) => max_tokens)).to.deep.equal([TOKENS, TOKENS, TOKENS]);
    });

    it('tells its progress: never more ended than sent, never less than before, and all in the end', async () => {
      const load = await serve(streamTokens(2));
      const seen: LoadProgress[] = [];
      await load.run(every(10, 5), { drainMs: 5000, signal: never, onProgress: (progress) => seen.push(progress) });
      expect(seen.at(-1)).to.deep.equal({ sent: 10, ended: 10 });
      seen.forEach(({ sent, ended }, i) => {
        expect(ended).to.be.at.most(sent);
        expect(sent + ended).to.be.at.least(i === 0 ? 0 : seen[i - 1]!.sent + seen[i - 1]!.ended);
      });
    });

    it('a server that is gone is a result: all failed, none thrown', async () => {
      const load = await serve(stall);
      await server.close();
      const schedule = every(5, 5);
      const { outcomes } = await load.run(schedule, { drainMs: 2000, signal: never });
      expectStory(outcomes, schedule);
      for (const { status, error } of outcomes) expect([status, error === '']).to.deep.equal(['failed', false]);
      server = await startSseServer(stall);
    });

    it('so is one that goes away in the middle', async () => {
      const load = await serve(stall);
      const schedule = every(6, 40);
      const running = load.run(schedule, { drainMs: 5000, signal: never });
      while (server.bodies.length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
      await server.close();
      const { outcomes } = await running;
      expectStory(outcomes, schedule);
      expect(new Set(outcomes.map(({ status }) => status))).to.deep.equal(new Set(['failed']));
      server = await startSseServer(stall);
    });

    it('an event without an end fails its request, and its connection is closed', async () => {
      const load = await serve((response) => {
        response.writeHead(200, EVENT_STREAM).on('error', () => {});
        const more = (): void => void (response.destroyed || response.write('x'.repeat(2 ** 18), more));
        response.write('data: {"choices":[{"text":"', more);
      });
      const schedule = every(2, 5);
      const { outcomes } = await load.run(schedule, { drainMs: 20_000, signal: never });
      expectStory(outcomes, schedule);
      for (const outcome of outcomes)
        expect(outcome).to.include({ status: 'failed', error: 'an event of the stream is longer than 4 MiB' });
      expect(await server.socketsLeft()).to.equal(0);
    });

    it('the drain time ends what never ends, and not before', async () => {
      const load = await serve(stall);
      const schedule = every(3, 10);
      const { startedAtMs, outcomes } = await load.run(schedule, { drainMs: 300, signal: never });
      expect(time.nowMs() - startedAtMs).to.be.at.least((closed ? 0 : 20) + 300);
      expectStory(outcomes, schedule);
      for (const outcome of outcomes) expect(outcome).to.include({ status: 'unfinished', outputTokens: 1 });
      expect(await server.socketsLeft()).to.equal(0);
    });

    it('the signal ends it at once: what is open is cancelled, the rest is never sent, nothing is left', async () => {
      const load = await serve(stall);
      const controller = new AbortController();
      const schedule = requestsAt(0, 5, 10, 60_000, 60_001);
      const running = load.run(schedule, { drainMs: 60_000, signal: controller.signal });
      while (server.bodies.length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
      controller.abort(new Error('enough'));
      const { outcomes } = await running;
      expectStory(outcomes, schedule.slice(0, 3));
      for (const { status } of outcomes) expect(status).to.equal('cancelled');
      expect(await server.socketsLeft()).to.equal(0);
      expect(getEventListeners(controller.signal, 'abort')).to.have.length(0);
    });

    it('sends nothing when there is nothing to send, or nobody wants it any more', async () => {
      const load = await serve(streamTokens(0));
      const empty = await load.run([], { drainMs: 60_000, signal: never });
      const late = await load.run(every(2, 1), { drainMs: 60_000, signal: AbortSignal.abort() });
      expect([empty.outcomes, late.outcomes, server.bodies]).to.deep.equal([[], [], []]);
    });

    it('runs again, and two at once, each with its own outcomes; a signal that outlives them keeps no listener', async () => {
      const load = await serve(streamTokens(1));
      const { signal } = new AbortController();
      const schedules = [every(3, 5), every(5, 3)];
      const runs = await Promise.all(schedules.map((schedule) => load.run(schedule, { drainMs: 5000, signal })));
      runs.push(await load.run(schedules[0]!, { drainMs: 5000, signal }));
      runs.forEach(({ outcomes }, i) => {
        expectStory(outcomes, schedules[i % 2]!);
        for (const { status } of outcomes) expect(status).to.equal('completed');
      });
      expect(getEventListeners(signal, 'abort')).to.have.length(0);
    });
  });
};
