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
  /** A picture that knows of all that was told; `snapshot()` at once where this is left out. */
  look?(): Promise<Snapshot>;
  close(): Promise<void>;
}

type Ending = 'completed' | 'failed' | 'cancelled';
const ENDINGS: readonly Ending[] = ['completed', 'failed', 'cancelled'];

/** What a gateway may say about request number `of`, in any order, also twice, too late, or of one that never was. */
type Said =
  | { readonly kind: 'route'; readonly of: number }
  | { readonly kind: 'reroute'; readonly of: number }
  | { readonly kind: 'prefillDone'; readonly of: number }
  | { readonly kind: 'tokens'; readonly of: number; readonly count: number }
  | { readonly kind: 'ended'; readonly of: number; readonly how: Ending };

const of = fc.nat(5);
const said: fc.Arbitrary<Said> = fc.oneof(
  fc.record({ kind: fc.constant('route' as const), of }),
  fc.record({ kind: fc.constant('reroute' as const), of }),
  fc.record({ kind: fc.constant('prefillDone' as const), of }),
  fc.record({ kind: fc.constant('tokens' as const), of, count: fc.integer({ min: 1, max: 9 }) }),
  fc.record({ kind: fc.constant('ended' as const), of, how: fc.constantFrom(...ENDINGS) }),
);

const PROMPT_TOKENS = 100;
const LONGEST_WAIT_MS = 10_000;
const loads = ({ instances }: Snapshot): number[] => instances.map(({ requests }) => requests);

/** What must be counted: one line per rule of the port. */
class Book {
  readonly counts = { completed: 0, failed: 0, cancelled: 0, rerouted: 0 };
  readonly #living = new Map<string, { prefill: boolean; tokens: number }>();
  outputTokens = 0;

  lives(id: string): boolean {
    return this.#living.has(id);
  }
  route(id: string): void {
    this.#living.set(id, { prefill: true, tokens: 0 });
  }
  reroute(id: string): void {
    if (!this.lives(id)) return;
    this.route(id);
    this.counts.rerouted += 1;
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
      requests: { inFlight: living.length, queued: 0, ...this.counts },
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

    const picture = async (): Promise<Snapshot> => subject.look?.() ?? subject.dispatcher.snapshot();
    const asked = (id: string) => subject.dispatcher.route({ id, arrivalMs: subject.nowMs(), promptTokens: PROMPT_TOKENS });

    /** A policy may let a request wait for a while, never for ever. */
    const answered = async (asking: Promise<Route | null>): Promise<Route | null> => {
      let answer: Route | null | undefined;
      const told = asking.then((route) => (answer = route));
      for (let passedMs = 0; answer === undefined && passedMs < LONGEST_WAIT_MS; passedMs += 20) {
        await Promise.race([told, subject.pass(20)]);
      }
      return told;
    };
    const route = async (id: string): Promise<Route> => {
      const answer = await answered(asked(id));
      if (!answer) throw new Error(`${id} was not routed`);
      return answer;
    };

    /** Tells the dispatcher and the book; a second `route` of a living request is refused by one and unknown to the other. */
    const say = async (one: Said, id: string, book: Book): Promise<void> => {
      const both = [subject.dispatcher, book];
      if (one.kind === 'prefillDone') return both.forEach((listener) => listener.prefillDone(id));
      if (one.kind === 'tokens') return both.forEach((listener) => listener.tokens(id, one.count));
      if (one.kind === 'ended') return both.forEach((listener) => listener.ended(id, one.how));
      if (one.kind === 'reroute') {
        expect((await answered(subject.dispatcher.reroute(id, []))) !== null).to.equal(book.lives(id));
        return book.reroute(id);
      }
      const living = book.lives(id);
      const refused = await route(id).catch((error: unknown) => error);
      if (living) return void expect(refused).to.be.instanceOf(RangeError).with.property('message').that.includes(id);
      book.route(id);
    };

    it('routes to one of its instances of each role, with a reason, and shows them all', async () => {
      const { prefill, decode } = subject;
      for (let i = 0; i < 20; i += 1) {
        const chosen = await route(`r${i}`);
        expect(prefill).to.include(chosen.prefill.id);
        expect(decode).to.include(chosen.decode.id);
        expect([chosen.prefill.role, chosen.decode.role]).to.deep.equal(['prefill', 'decode']);
        expect(chosen.reason).to.not.equal('');
      }
      expect((await picture()).instances.map(({ id }) => id)).to.have.members([...prefill, ...decode]);
    });

    it('a request is where it was routed: prompt first, then the running batch, then nowhere', async () => {
      const { dispatcher, pass } = subject;
      const seen = async (id: string) => (await picture()).instances.find((one) => one.id === id)!;
      const { prefill, decode } = await route('a');
      expect(await seen(prefill.id)).to.include({ requests: 1, tokens: PROMPT_TOKENS });
      expect(await seen(decode.id)).to.include({ requests: 0, tokens: 0 });
      await pass(10);
      dispatcher.prefillDone('a');
      expect(await seen(prefill.id)).to.include({ requests: 0, tokens: 0 });
      await pass(10);
      dispatcher.tokens('a', 1);
      dispatcher.tokens('a', 4);
      expect(await seen(decode.id)).to.include({ requests: 1, tokens: PROMPT_TOKENS + 5 });
      dispatcher.ended('a', 'completed', { promptTokens: 90 });
      expect(loads(await picture()).every((requests) => requests === 0)).to.equal(true);
      expect(await picture()).to.deep.include({
        requests: { inFlight: 0, queued: 0, completed: 1, failed: 0, cancelled: 0, rerouted: 0 },
        outputTokens: 5,
      });
    });

    it('a request whose legs failed goes elsewhere while there is elsewhere, and counts at its new places only', async () => {
      const { dispatcher, prefill, decode } = subject;
      const first = await route('a');
      const second = (await answered(dispatcher.reroute('a', [first.prefill.id, first.decode.id])))!;
      expect(prefill.length > 1 && decode.length > 1, 'a fleet that has elsewhere').to.equal(true);
      expect(second.prefill.id).to.not.equal(first.prefill.id);
      expect(second.decode.id).to.not.equal(first.decode.id);
      const third = (await answered(dispatcher.reroute('a', [second.prefill.id, second.decode.id])))!;
      expect(prefill, 'where all have failed it, any').to.include(third.prefill.id);
      expect(loads(await picture()).filter((requests) => requests > 0)).to.deep.equal([1]);
      dispatcher.ended('a', 'completed');
      expect(await dispatcher.reroute('a', [])).to.equal(null);
    });

    it('an instance whose legs fail in a row gets nothing more until a probe succeeds; when none is left, there is an error', async () => {
      const { dispatcher, decode } = subject;
      const [broken, ...others] = decode as [string, ...string[]];
      const healthOf = async (id: string) => (await picture()).instances.find((one) => one.id === id)!.health;
      dispatcher.legEnded(broken, 'failed');
      expect(await healthOf(broken), 'once is an accident').to.equal('up');
      for (let i = 0; i < 9; i += 1) dispatcher.legEnded(broken, 'failed');
      expect(await healthOf(broken)).to.equal('down');
      for (let i = 0; i < 5; i += 1) expect((await route(`r${i}`)).decode.id).to.not.equal(broken);
      for (const other of others) dispatcher.legEnded(other, 'stalled');
      const refused = await asked('nowhere').catch((error: unknown) => error);
      expect(refused).to.have.property('code', 'NO_INSTANCE');
      dispatcher.legEnded(broken, 'ok');
      expect(await healthOf(broken)).to.equal('up');
      expect((await route('back')).decode.id).to.equal(broken);
      dispatcher.legEnded('nobody', 'failed');
    });

    it('whatever is said in whatever order: each request settles once, and all counts return to zero', async () => {
      const book = new Book();
      let round = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(said, { maxLength: 30 }), async (history) => {
          round += 1;
          for (const one of history) {
            await say(one, `${round}-${one.of}`, book);
            expect(totalsOf(await picture())).to.deep.equal(book.totals());
          }
          await subject.pass(5);
          for (let i = 0; i <= 5; i += 1) await say({ kind: 'ended', of: i, how: 'cancelled' }, `${round}-${i}`, book);
          expect(totalsOf(await picture())).to.deep.equal(book.totals());
          expect(loads(await picture()).every((requests) => requests === 0)).to.equal(true);
        }),
        { numRuns: 60 },
      );
    });

    it('a snapshot is a picture: it does not move with what comes, crosses a process boundary, and its clock goes on', async () => {
      const { dispatcher, pass } = subject;
      const before = await picture();
      const text = JSON.stringify(before);
      expect(before.firstRequestAtMs).to.equal(null);
      await pass(20);
      await route('a');
      dispatcher.tokens('a', 3);
      const after = await picture();
      expect(JSON.stringify(before)).to.equal(text);
      expect(JSON.parse(JSON.stringify(after))).to.deep.equal(after);
      expect(after.kind).to.equal('snapshot');
      expect(after.atMs).to.be.at.least(before.atMs + 19);
      expect(after.firstRequestAtMs).to.be.within(before.atMs, after.atMs);
    });
  });
};
