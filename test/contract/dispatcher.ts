import { expect } from 'chai';
import fc from 'fast-check';
import type { Snapshot } from '../../src/domain/snapshot.ts';
import type { Dispatcher, Route } from '../../src/ports/dispatcher.ts';

export interface DispatcherSubject {
  readonly dispatcher: Dispatcher;
  /** The ids of its instances. */
  readonly prefill: readonly string[];
  readonly decode: readonly string[];
  /** Now, on the clock on which requests arrive. */
  nowMs(): number;
  pass(durationMs: number): Promise<void>;
  close(): Promise<void>;
}

type Ending = 'completed' | 'failed' | 'cancelled';
const ENDINGS: readonly Ending[] = ['completed', 'failed', 'cancelled'];

/** What a gateway may say about request number `of`, in any order, also twice, too late, or of one that never was. */
type Said =
  | { readonly kind: 'route'; readonly of: number }
  | { readonly kind: 'prefillDone'; readonly of: number }
  | { readonly kind: 'tokens'; readonly of: number; readonly count: number }
  | { readonly kind: 'ended'; readonly of: number; readonly how: Ending };

const of = fc.nat(5);
const said: fc.Arbitrary<Said> = fc.oneof(
  fc.record({ kind: fc.constant('route' as const), of }),
  fc.record({ kind: fc.constant('prefillDone' as const), of }),
  fc.record({ kind: fc.constant('tokens' as const), of, count: fc.integer({ min: 1, max: 9 }) }),
  fc.record({ kind: fc.constant('ended' as const), of, how: fc.constantFrom(...ENDINGS) }),
);

const PROMPT_TOKENS = 100;
const LONGEST_WAIT_MS = 10_000;
const loads = ({ instances }: Snapshot): number[] => instances.map(({ requests }) => requests);

/** What must be counted: one line per rule of the port. */
class Book {
  readonly counts = { completed: 0, failed: 0, cancelled: 0 };
  readonly #living = new Map<string, { prefill: boolean; tokens: number }>();
  outputTokens = 0;

  lives(id: string): boolean {
    return this.#living.has(id);
  }
  route(id: string): void {
    this.#living.set(id, { prefill: true, tokens: 0 });
  }
  prefillDone(id: string): void {
    const one = this.#living.get(id);
    if (one) one.prefill = false;
  }
  tokens(id: string, count: number): void {
    const one = this.#living.get(id);
    if (!one) return;
    Object.assign(one, { prefill: false, tokens: one.tokens + count });
    this.outputTokens += count;
  }
  ended(id: string, how: Ending): void {
    if (this.#living.delete(id)) this.counts[how] += 1;
  }
  totals() {
    const living = [...this.#living.values()];
    const decoding = living.filter(({ tokens }) => tokens > 0);
    return {
      requests: { inFlight: living.length, ...this.counts },
      outputTokens: this.outputTokens,
      prefill: living.filter(({ prefill }) => prefill).length,
      decode: decoding.length,
      kvTokens: decoding.reduce((sum, { tokens }) => sum + PROMPT_TOKENS + tokens, 0),
    };
  }
}

const totalsOf = ({ requests, outputTokens, instances }: Snapshot): ReturnType<Book['totals']> => {
  const sum = (role: string, key: 'requests' | 'tokens'): number =>
    instances.filter((one) => one.role === role).reduce((total, one) => total + one[key], 0);
  return {
    requests,
    outputTokens,
    prefill: sum('prefill', 'requests'),
    decode: sum('decode', 'requests'),
    kvTokens: sum('decode', 'tokens'),
  };
};

/** Every Dispatcher passes this. `start` gives one that governs already. */
export const dispatcherContract = (name: string, start: () => Promise<DispatcherSubject>): void => {
  describe(`dispatcher contract: ${name}`, () => {
    let subject: DispatcherSubject;
    beforeEach(async () => (subject = await start()));
    afterEach(() => subject.close());

    const asked = (id: string) => subject.dispatcher.route({ id, arrivalMs: subject.nowMs(), promptTokens: PROMPT_TOKENS });

    /** A policy may let a request wait for a while, never for ever. */
    const route = async (id: string): Promise<Route> => {
      let answer: Route | null | undefined;
      const told = asked(id).then((route) => (answer = route));
      for (let passedMs = 0; answer === undefined && passedMs < LONGEST_WAIT_MS; passedMs += 20) {
        await Promise.race([told, subject.pass(20)]);
      }
      if (!answer) throw new Error(`${id} was not routed`);
      return answer;
    };

    /** Tells the dispatcher and the book; a second `route` of a living request is refused by one and unknown to the other. */
    const say = async (one: Said, id: string, book: Book): Promise<void> => {
      const both = [subject.dispatcher, book];
      if (one.kind === 'prefillDone') return both.forEach((listener) => listener.prefillDone(id));
      if (one.kind === 'tokens') return both.forEach((listener) => listener.tokens(id, one.count));
      if (one.kind === 'ended') return both.forEach((listener) => listener.ended(id, one.how));
      const living = book.lives(id);
      const refused = await route(id).catch((error: unknown) => error);
      if (living) return void expect(refused).to.be.instanceOf(RangeError).with.property('message').that.includes(id);
      book.route(id);
    };

    it('routes to one of its instances of each role, with a reason, and shows them all', async () => {
      const { dispatcher, prefill, decode } = subject;
      for (let i = 0; i < 20; i += 1) {
        const chosen = await route(`r${i}`);
        expect(prefill).to.include(chosen.prefill.id);
        expect(decode).to.include(chosen.decode.id);
        expect([chosen.prefill.role, chosen.decode.role]).to.deep.equal(['prefill', 'decode']);
        expect(chosen.reason).to.not.equal('');
      }
      expect(dispatcher.snapshot().instances.map(({ id }) => id)).to.have.members([...prefill, ...decode]);
    });

    it('a request is where it was routed: prompt first, then the running batch, then nowhere', async () => {
      const { dispatcher, pass } = subject;
      const seen = (id: string) => dispatcher.snapshot().instances.find((one) => one.id === id)!;
      const { prefill, decode } = await route('a');
      expect(seen(prefill.id)).to.include({ requests: 1, tokens: PROMPT_TOKENS });
      expect(seen(decode.id)).to.include({ requests: 0, tokens: 0 });
      await pass(10);
      dispatcher.prefillDone('a');
      expect(seen(prefill.id)).to.include({ requests: 0, tokens: 0 });
      await pass(10);
      dispatcher.tokens('a', 1);
      dispatcher.tokens('a', 4);
      expect(seen(decode.id)).to.include({ requests: 1, tokens: PROMPT_TOKENS + 5 });
      dispatcher.ended('a', 'completed', { promptTokens: 90 });
      expect(loads(dispatcher.snapshot()).every((requests) => requests === 0)).to.equal(true);
      expect(dispatcher.snapshot()).to.deep.include({ requests: { inFlight: 0, completed: 1, failed: 0, cancelled: 0 }, outputTokens: 5 });
    });

    it('whatever is said in whatever order: each request settles once, and all counts return to zero', async () => {
      const book = new Book();
      let round = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(said, { maxLength: 30 }), async (history) => {
          round += 1;
          const { dispatcher } = subject;
          for (const one of history) {
            await say(one, `${round}-${one.of}`, book);
            expect(totalsOf(dispatcher.snapshot())).to.deep.equal(book.totals());
          }
          await subject.pass(5);
          for (let i = 0; i <= 5; i += 1) await say({ kind: 'ended', of: i, how: 'cancelled' }, `${round}-${i}`, book);
          expect(totalsOf(dispatcher.snapshot())).to.deep.equal(book.totals());
          expect(loads(dispatcher.snapshot()).every((requests) => requests === 0)).to.equal(true);
        }),
        { numRuns: 60 },
      );
    });

    it('a snapshot is a picture: it does not move with what comes, crosses a process boundary, and its clock goes on', async () => {
      const { dispatcher, pass } = subject;
      const before = dispatcher.snapshot();
      const text = JSON.stringify(before);
      expect(before.firstRequestAtMs).to.equal(null);
      await pass(20);
      await route('a');
      dispatcher.tokens('a', 3);
      const after = dispatcher.snapshot();
      expect(JSON.stringify(before)).to.equal(text);
      expect(JSON.parse(JSON.stringify(after))).to.deep.equal(after);
      expect(after.kind).to.equal('snapshot');
      expect(after.atMs).to.be.at.least(before.atMs + 19);
      expect(after.firstRequestAtMs).to.be.within(before.atMs, after.atMs);
    });
  });
};
