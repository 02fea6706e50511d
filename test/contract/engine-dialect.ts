import { expect } from 'chai';
import fc from 'fast-check';
import { VoltanaError } from '../../src/domain/errors.ts';
import type { LaunchedInstance } from '../../src/domain/instance.ts';
import { RawObject } from '../../src/domain/raw-json.ts';
import { API_PATHS, type ApiPath, type ClientRequest, type EngineDialect, type Leg, type LegPlan } from '../../src/ports/engine.ts';

export interface EngineDialectSubject {
  /** One gateway's: all that are made are alike, as gateways of one seed are. */
  create(): EngineDialect;
  readonly prefill: LaunchedInstance;
  readonly decode: LaunchedInstance;
  /** Where two legs meet, as one of them says it: equal in both legs of a request, and in no two requests. Null: one engine does both. */
  readonly meetingPoint: ((leg: Leg) => string) | null;
  /** Keys of the decode body that belong to the protocol: whatever a client says of them is not passed on. */
  readonly ownKeys: readonly string[];
  /** What a prefill engine answers to its leg, for protocols that wait for it. */
  answer?(prefill: Leg): string;
}

const PROTOCOL = {
  bootstrap_host: 'evil',
  bootstrap_port: 1,
  bootstrap_room: 1,
  kv_transfer_params: { do_remote_prefill: true, remote_host: 'evil', transfer_id: 'x' },
  disaggregated_params: { request_type: 'generation_only', ctx_request_id: 1 },
};

const bodies = fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 6 });
/** As a client may write it: blanks, and a number that no double holds. */
const textOf = (body: object): string => JSON.stringify(body, null, 1).replace('{', '{ "seed" : 9223372036854775807 ,');
const codeOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    return error instanceof VoltanaError ? error.code : String(error);
  }
  return 'none';
};

/** Every EngineDialect passes this. */
export const engineDialectContract = (name: string, start: () => EngineDialectSubject): void => {
  describe(`engine dialect contract: ${name}`, () => {
    let subject: EngineDialectSubject;
    let dialect: EngineDialect;
    let attempts = 0;
    const requestOf = (text: string, path: ApiPath = '/v1/completions'): ClientRequest => {
      attempts += 1;
      return {
        attemptId: `attempt-${attempts}`,
        path,
        body: RawObject.parse(text),
        headers: { authorization: 'Bearer k', traceparent: '00-a' },
      };
    };
    const planOf = (request: ClientRequest, of = dialect): LegPlan => of.plan(request, subject.prefill, subject.decode);
    const legsOf = (plan: LegPlan): { prefill: Leg | null; decode: Leg } => {
      if (plan.order === 'single') return { prefill: null, decode: plan.decode };
      if (plan.order === 'together') return plan;
      const decode = plan.next(subject.answer!(plan.prefill));
      if ('answer' in decode) throw new Error('the prefill engine answered by itself');
      return { prefill: plan.prefill, decode };
    };
    beforeEach(() => {
      subject = start();
      dialect = subject.create();
    });

    it('has an id and paths', () => {
      expect(dialect.id).to.match(/^[a-z][a-z0-9-]*$/);
      expect(API_PATHS).to.include.members([...dialect.paths]);
      expect(dialect.paths).to.include.members(['/v1/completions', '/v1/chat/completions']);
    });

    it('sends each leg to its instance, on the path asked for, as JSON, with the headers given', () => {
      for (const path of dialect.paths) {
        const { prefill, decode } = legsOf(planOf(requestOf('{"prompt":"a"}', path)));
        expect(prefill?.instance ?? subject.prefill).to.equal(subject.prefill);
        expect(decode.instance).to.equal(subject.decode);
        for (const leg of prefill === null ? [decode] : [prefill, decode]) {
          expect(leg.path).to.equal(path);
          expect(leg.headers).to.include({ 'content-type': 'application/json', authorization: 'Bearer k', traceparent: '00-a' });
          expect(Object.keys(leg.headers).every((key) => key === key.toLowerCase())).to.equal(true);
        }
      }
    });

    it('passes on all that the client asked for, as it is written, on the leg that it sees', () => {
      fc.assert(
        fc.property(bodies, (body) => {
          const request = requestOf(textOf({ ...body, prompt: 'a', max_tokens: 7, stream: true, ...PROTOCOL }));
          const { prefill, decode } = legsOf(planOf(request));
          const passed = RawObject.parse(decode.body);
          const own = new Set([...subject.ownKeys, ...Object.keys(PROTOCOL)]);
          for (const key of Object.keys(request.body.value)) if (!own.has(key)) expect(passed.raw(key)).to.equal(request.body.raw(key));
          for (const key of Object.keys(passed.value)) if (!own.has(key)) expect(request.body.raw(key), key).not.to.equal(null);
          if (prefill !== null) expect(JSON.parse(prefill.body)).to.include({ prompt: 'a' });
        }),
        { numRuns: 100 },
      );
    });

    it('says of the protocol only what belongs to it, whatever the client says', () => {
      const { prefill, decode } = legsOf(planOf(requestOf(JSON.stringify({ prompt: 'a', ...PROTOCOL }))));
      for (const leg of prefill === null ? [decode] : [prefill, decode]) {
        const said = JSON.parse(leg.body) as Record<string, unknown>;
        for (const [key, value] of Object.entries(PROTOCOL)) {
          if (subject.ownKeys.includes(key)) expect(said[key], key).not.to.deep.equal(value);
          else expect(said, key).not.to.have.property(key);
        }
        expect(leg.body).not.to.include('evil');
      }
    });

    const { meetingPoint, answer } = start();

    const meetings = (of: (leg: Leg) => string) => (): void => {
      const points = new Set<string>();
      const first = legsOf(planOf(requestOf('{"prompt":"a"}')));
      const others = [dialect, subject.create()];
      for (let i = 0; i < 500; i += 1) {
        // One that hopes to meet the first one's legs.
        const request = requestOf(JSON.stringify({ ...(JSON.parse(first.decode.body) as object), prompt: 'a' }));
        const { prefill, decode } = legsOf(planOf(request, others[i % 2]));
        expect(of(prefill!)).to.equal(of(decode));
        points.add(of(decode));
      }
      expect(points.size).to.equal(500);
      expect(points.has(of(first.decode))).to.equal(false);
    };
    if (meetingPoint !== null)
      it('both legs meet in the same place, where no other request does, from whichever gateway', meetings(meetingPoint));

    it('an engine that does both phases gets one leg, without a word of the protocol', () => {
      const half = { gpuCount: 1, domain: 'a', endpoints: subject.decode.endpoints };
      const [prefill, decode] = [
        { ...half, id: 'a-prefill', role: 'prefill' as const },
        { ...half, id: 'a-decode', role: 'decode' as const },
      ];
      const plan = dialect.plan(requestOf(JSON.stringify({ prompt: 'a', n: 3, ...PROTOCOL })), prefill, decode);
      expect(plan.order).to.equal('single');
      const leg = legsOf(plan).decode;
      expect(leg.instance).to.equal(decode);
      expect(leg.body).to.equal('{"prompt":"a","n":3}');
    });

    it('refuses a path that its engines do not serve', () => {
      for (const path of API_PATHS.filter((api) => !dialect.paths.includes(api)))
        expect(codeOf(() => planOf(requestOf('{"text":"a"}', path)))).to.equal('BAD_VALUE');
    });

    const answers = (): void => {
      const plan = planOf(requestOf('{"prompt":"a"}'));
      if (plan.order !== 'prefill-first') return expect.fail('does not wait for the answer');
      const anything = fc.oneof(
        fc.string(),
        fc.json(),
        fc.json().map((json) => `{"choices":${json}}`),
        fc
          .json()
          .map(
            (json) =>
              `{"choices":[{"finish_reason":"length","disaggregated_params":${json}}],"kv_transfer_params":${json},"usage":${json}}`,
          ),
      );
      fc.assert(
        fc.property(anything, (reply) => {
          const code = codeOf(() => {
            const next = plan.next(reply);
            JSON.parse('answer' in next ? next.answer : next.body);
          });
          expect(code).to.be.oneOf(['none', 'ENGINE_FAILED']);
        }),
        { numRuns: 500 },
      );
      for (const reply of ['', 'null', '[]', '{}', '{"error":{"message":"no"}}', '{"choices":[]}', '<html>'])
        expect(
          codeOf(() => plan.next(reply)),
          reply,
        ).to.equal('ENGINE_FAILED');
    };
    if (answer !== undefined) it('takes any answer of a prefill engine for one, or says that the engine failed', answers);
  });
};
