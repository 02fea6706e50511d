import { expect } from 'chai';
import fc from 'fast-check';
import type { LaunchedInstance } from '../../src/domain/instance.ts';
import { createSseParser } from '../../src/domain/sse.ts';
import type { EngineDialect, Leg } from '../../src/ports/engine.ts';

export interface EngineDialectSubject {
  readonly dialect: EngineDialect;
  readonly prefill: LaunchedInstance;
  readonly decode: LaunchedInstance;
  /** Where two legs meet, as one of them says it: equal in both legs of a request, and in no two requests. */
  meetingPoint(leg: Leg): string;
  /** Keys of the body that belong to the protocol: whatever a client says of them is not passed on. */
  readonly ownKeys: readonly string[];
  /** What the engine streams for an answer of these pieces of text, each of one token, end of the stream included. */
  wire(pieces: readonly string[]): string;
}

type Body = Readonly<Record<string, unknown>>;

const deepFrozen = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(deepFrozen);
  return value;
};
const bodies: fc.Arbitrary<Body> = fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 6 });
const objectOf = (leg: Leg): Record<string, unknown> => JSON.parse(leg.body) as Record<string, unknown>;
const sortedJson = (body: Body): string => JSON.stringify(Object.entries(body).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Every EngineDialect passes this. */
export const engineDialectContract = (name: string, start: () => EngineDialectSubject): void => {
  describe(`engine dialect contract: ${name}`, () => {
    let subject: EngineDialectSubject;
    const legsOf = (body: Body, path = '/v1/completions') => subject.dialect.legs(body, path, subject.prefill, subject.decode);
    beforeEach(() => (subject = start()));

    it('has an id', () => expect(subject.dialect.id).to.match(/^[a-z][a-z0-9-]*$/));

    it('sends each leg to its instance, on the path asked for, as JSON', () => {
      for (const path of ['/v1/completions', '/v1/chat/completions']) {
        const { prefill, decode } = legsOf({ prompt: 'a' }, path);
        expect(prefill.instance).to.equal(subject.prefill);
        expect(decode.instance).to.equal(subject.decode);
        for (const leg of [prefill, decode]) {
          expect(leg.path).to.equal(path);
          expect(leg.headers).to.include({ 'content-type': 'application/json' });
        }
      }
    });

    it('passes on all that the client asked for on the leg that it sees, and leaves the body as it was', () => {
      fc.assert(
        fc.property(bodies, (body) => {
          const asked = deepFrozen({ ...body, prompt: 'a', max_tokens: 7, stream: true });
          const own = new Set(subject.ownKeys);
          const passed = Object.fromEntries(Object.entries(objectOf(legsOf(asked).decode)).filter(([key]) => !own.has(key)));
          expect(sortedJson(passed)).to.equal(sortedJson(JSON.parse(JSON.stringify(asked)) as Body));
          expect(objectOf(legsOf(asked).prefill)).to.include({ prompt: 'a' });
        }),
        { numRuns: 200 },
      );
    });

    it('both legs meet in the same place, where no other request does, whatever the client says', () => {
      const points = new Set<string>();
      const first = legsOf({ prompt: 'a' });
      for (let i = 0; i < 2000; i += 1) {
        // One that hopes to meet the first one's legs.
        const { prefill, decode } = legsOf({ ...objectOf(first.decode), prompt: 'a' });
        expect(subject.meetingPoint(prefill)).to.equal(subject.meetingPoint(decode));
        points.add(subject.meetingPoint(decode));
      }
      expect(points.size).to.equal(2000);
      expect(points.has(subject.meetingPoint(first.decode))).to.equal(false);
    });

    it('a stream cut anywhere, characters included, counts the tokens of the whole, and ends once', () => {
      const pieces = fc.array(fc.string({ minLength: 1, unit: 'binary' }), { maxLength: 12 });
      fc.assert(
        fc.property(pieces, fc.infiniteStream(fc.integer({ min: 1, max: 40 })), (texts, lengths) => {
          const bytes = Buffer.from(subject.wire(texts));
          const seen = { tokens: 0, ends: 0 };
          const parser = createSseParser((payload) => {
            const tokens = subject.dialect.tokensInChunk(payload);
            if (tokens === null) seen.ends += 1;
            else seen.tokens += tokens;
          });
          for (let at = 0; at < bytes.length;) {
            const length = lengths.next().value as number;
            parser.push(bytes.subarray(at, at + length));
            at += length;
          }
          expect(seen).to.deep.equal({ tokens: texts.length, ends: 1 });
        }),
        { numRuns: 200 },
      );
    });

    it('never throws, whatever the engine says, and takes only the end for the end', () => {
      const anything = fc.oneof(
        fc.string(),
        fc.json(),
        fc.json().map((json) => `{"choices":${json}}`),
        fc.constant('{"choices":[{"text":'),
      );
      fc.assert(
        fc.property(anything, (payload) => {
          const tokens = subject.dialect.tokensInChunk(payload);
          expect(Number.isSafeInteger(tokens) && tokens! >= 0, payload).to.equal(true);
        }),
        { numRuns: 500 },
      );
    });
  });
};
