import { expect } from 'chai';
import type { LaunchedInstance } from '../../src/domain/instance.ts';
import type { EngineProbe } from '../../src/ports/engine.ts';
import type { Time } from '../../src/ports/time.ts';
import { ourError, rejected } from '../fixtures/rejected.ts';

export interface EngineProbeSubject {
  readonly probe: EngineProbe;
  /** One instance of each role that nobody else uses. */
  readonly prefill: LaunchedInstance;
  readonly decode: LaunchedInstance;
  /** One that does not answer; left out where there can be none. */
  readonly gone?: LaunchedInstance;
  readonly time: Time;
  /** Lets time pass until the work is done. */
  finish<T>(work: Promise<T>): Promise<T>;
  /** Requests on an instance, running or waiting. */
  requestsOn(instance: LaunchedInstance): Promise<number>;
  close(): Promise<void>;
}

const LIMIT_MS = 10_000;
const TOO_LONG = 1_000_000;

/** Every EngineProbe passes this. @param mayBeGone whether its subject has an instance that does not answer */
export const engineProbeContract = (name: string, start: () => Promise<EngineProbeSubject>, mayBeGone = true): void => {
  describe(`engine probe contract: ${name}`, () => {
    const never = new AbortController().signal;
    let subject: EngineProbeSubject;
    beforeEach(async () => (subject = await start()));
    afterEach(() => subject.close());

    const eventually = async (what: string, holds: () => boolean | Promise<boolean>): Promise<void> => {
      const limitMs = subject.time.nowMs() + LIMIT_MS;
      while (!(await holds())) {
        if (subject.time.nowMs() > limitMs) throw new Error(`not within ${LIMIT_MS} ms: ${what}`);
        await subject.finish(subject.time.sleep(5));
      }
    };
    const expectNothingLeft = (): Promise<void> =>
      eventually('nothing is left running', async () => {
        const counts = await Promise.all([subject.prefill, subject.decode].map((instance) => subject.requestsOn(instance)));
        return counts.every((count) => count === 0);
      });
    const decode = (batch: number, contextTokens: number, signal = never) =>
      subject.finish(subject.probe.decode(subject.decode, batch, contextTokens, signal));

    it('prefill: takes the time of one iteration, more for a longer prompt, and leaves nothing', async () => {
      const { probe, prefill, finish } = subject;
      await finish(probe.prefill(prefill, 16, never));
      const short = await finish(probe.prefill(prefill, 16, never));
      const long = await finish(probe.prefill(prefill, 8000, never));
      expect(short.latencyMs).to.be.above(0);
      expect(long.latencyMs).to.be.above(short.latencyMs * 3);
      await expectNothingLeft();
    });

    it('prefill: ends with the reason of its signal, in the middle and beforehand', async () => {
      const { probe, prefill, finish, time } = subject;
      const reason = new Error('enough');
      const controller = new AbortController();
      const running = rejected(probe.prefill(prefill, 8000, controller.signal));
      await eventually('it runs', async () => (await subject.requestsOn(prefill)) === 1);
      controller.abort(reason);
      expect(await finish(running)).to.equal(reason);
      await expectNothingLeft();
      const before = time.nowMs();
      expect(await finish(rejected(probe.prefill(prefill, 8000, controller.signal)))).to.equal(reason);
      expect(time.nowMs() - before).to.be.below(LIMIT_MS);
    });

    it('decode: a batch that stays whole, and streams its tokens together', async () => {
      const running = await decode(16, 100);
      await eventually('the batch is steady', () => running.steady());
      const seen = [running.tokens()];
      for (let i = 0; i < 5; i += 1) {
        const before = running.tokens();
        await eventually('tokens flow', () => running.tokens() >= before + 32);
        expect(await subject.requestsOn(subject.decode)).to.equal(16);
        expect(running.steady()).to.equal(true);
        seen.push(running.tokens());
      }
      expect([...seen].sort((a, b) => a - b)).to.deep.equal(seen);
      expect(seen[0]).to.be.at.least(16);
      await subject.finish(running.stop());
    });

    it('decode: wakes at the next token, tells of each place, and of the KV that grows with it', async () => {
      const running = await decode(4, 100);
      await eventually('the batch is steady', () => running.steady());
      expect(running.failure()).to.equal(null);
      for (let i = 0; i < 3; i += 1) {
        const before = running.tokens();
        await subject.finish(running.nextToken());
        expect(running.tokens()).to.be.above(before);
      }
      await eventually('every place has come far', () => Math.min(...running.progress()) >= 20);
      const progress = running.progress();
      expect(progress).to.have.length(4);
      expect(progress.reduce((sum, tokens) => sum + tokens, 0)).to.be.within(80, running.tokens());
      // In step: nobody is behind by more than what may be on its way.
      expect(Math.max(...progress) - Math.min(...progress)).to.be.at.most(3);
      expect(running.contextTokens()).to.be.within(100 + Math.min(...progress), 100 + running.tokens() / 4 + 3);
      await subject.finish(running.stop());
      await subject.finish(running.nextToken());
      expect(running.failure()).to.equal(null);
    });

    it('decode: once stopped it is steady no more, its tokens stand still, and nothing is left; to stop again does nothing', async () => {
      const running = await decode(4, 100);
      await eventually('the batch is steady', () => running.steady());
      await subject.finish(Promise.all([running.stop(), running.stop()]));
      await subject.finish(running.stop());
      expect(running.steady()).to.equal(false);
      const tokens = running.tokens();
      await subject.finish(subject.time.sleep(100));
      expect(running.tokens()).to.equal(tokens);
      await expectNothingLeft();
    });

    it('decode: the signal ends a batch that runs, and what is left to stop is nothing', async () => {
      const controller = new AbortController();
      const running = await decode(4, 100, controller.signal);
      await eventually('the batch is steady', () => running.steady());
      controller.abort(new Error('enough'));
      await expectNothingLeft();
      await eventually('it is steady no more', () => !running.steady());
      await subject.finish(running.stop());
    });

    it('decode: a batch that is not admitted ends with the reason of its signal', async () => {
      const reason = new Error('enough');
      const controller = new AbortController();
      // More than fits at once: the last ones wait for ever.
      const waiting = rejected(subject.probe.decode(subject.decode, 12, 40_000, controller.signal));
      await eventually('they are there', async () => (await subject.requestsOn(subject.decode)) === 12);
      await subject.finish(subject.time.sleep(200));
      controller.abort(reason);
      expect(await subject.finish(waiting)).to.equal(reason);
      await expectNothingLeft();
      expect(await subject.finish(rejected(subject.probe.decode(subject.decode, 2, 100, controller.signal)))).to.equal(reason);
    });

    it('a refusal is an error of the engine, with nothing left running', async () => {
      const { probe, prefill, finish } = subject;
      expect((await ourError(finish(probe.prefill(prefill, TOO_LONG, never)))).code).to.equal('ENGINE_FAILED');
      expect((await ourError(decode(2, TOO_LONG))).code).to.equal('ENGINE_FAILED');
      await expectNothingLeft();
    });

    if (!mayBeGone) return;
    it('so is an engine that is gone', async () => {
      const { probe, gone, finish } = subject;
      expect((await ourError(finish(probe.prefill(gone!, 16, never)))).code).to.equal('ENGINE_FAILED');
      expect((await ourError(finish(probe.decode(gone!, 2, 16, never)))).code).to.equal('ENGINE_FAILED');
    });
  });
};
