import { expect } from 'chai';
import { VoltanaError } from '../../src/domain/errors.ts';
import type { LaunchedInstance } from '../../src/domain/instance.ts';
import type { EngineGauges, EngineMonitor } from '../../src/ports/engine.ts';
import { hang, halfAnswer, StandIn, type Routes } from '../fixtures/engines/stand-in.ts';

export interface EngineMonitorSubject {
  /** With short timeouts: engines of these tests answer at once or never. */
  create(): EngineMonitor & { close(): Promise<void> };
  /** Of a ready engine, by role and with the port it runs at. */
  routes(role: 'prefill' | 'decode', port: number): Routes;
  /** Engines that answer, but are not what the cluster file says: what to answer otherwise, and what the error names. */
  readonly wrong: Readonly<Record<string, { readonly routes: Routes; readonly says: RegExp; readonly role?: 'prefill' | 'decode' }>>;
  /** What the endpoints of a ready prefill instance hold besides its URL. */
  endpoints(port: number): Partial<LaunchedInstance['endpoints']>;
  /** What `routes` say of its load. */
  readonly gauges: EngineGauges;
  /** Paths whose failing leaves no gauges; empty for engines that need not have any. */
  readonly gaugePaths: readonly string[];
}

const failureOf = async (act: Promise<unknown>): Promise<VoltanaError> => {
  const error = await act.then(
    () => expect.fail('resolved'),
    (reason: unknown) => reason,
  );
  expect(error).to.be.instanceOf(VoltanaError);
  return error as VoltanaError;
};

/** Longer than any test may take: who waits for it fails. */
const LONG_MS = 600_000;
const SHORT_MS = 60;

/** Every EngineMonitor passes this. */
export const engineMonitorContract = (name: string, start: () => EngineMonitorSubject): void => {
  describe(`engine monitor contract: ${name}`, () => {
    const subject = start();
    let engine: StandIn;
    let monitor: EngineMonitor & { close(): Promise<void> };
    const never = new AbortController().signal;
    const instance = (role: 'prefill' | 'decode' = 'prefill', url = engine.url): LaunchedInstance => ({
      id: 'a1',
      role,
      gpuCount: 1,
      endpoints: { url },
    });
    const ready = (of = instance(), timeoutMs = LONG_MS, signal = never) => monitor.ready(of, { timeoutMs, signal });

    beforeEach(async () => {
      engine = await StandIn.start({});
      engine.routes = subject.routes('prefill', engine.port);
      monitor = subject.create();
    });
    afterEach(async () => {
      await monitor.close();
      await engine.close();
    });

    it('is ready with all that it told', async () => {
      const asked = instance();
      expect(await ready(asked)).to.deep.equal({ ...asked, endpoints: { ...asked.endpoints, ...subject.endpoints(engine.port) } });
      engine.routes = subject.routes('decode', engine.port);
      expect(await ready(instance('decode'))).to.deep.equal(instance('decode'));
    });

    it('waits while it starts', async () => {
      const { routes } = engine;
      let asked = 0;
      const loading: Routes = { '/health': (_request, response) => void response.writeHead((asked += 1) < 4 ? 503 : 200).end() };
      engine.routes = { ...routes, ...loading };
      await ready();
      expect(asked).to.equal(4);
    });

    it('gives up in time when nothing listens, and says where', async () => {
      const url = engine.url;
      await engine.close();
      const error = await failureOf(ready(instance('prefill', url), SHORT_MS));
      expect(error).to.include({ code: 'ENGINE_FAILED' });
      expect(error.message)
        .to.include('a1')
        .and.include(url)
        .and.match(/not ready within 0\.06 s/);
    });

    const broken: Record<string, Routes> = {
      'it never gets healthy': { '/health': 503 },
      'it hangs': { '/health': hang },
      'it hangs behind its health': { '/v1/models': hang },
      'it breaks off': { '/v1/models': halfAnswer },
      'it answers with garbage': { '/v1/models': '<html>' },
      'it answers with other JSON': { '/v1/models': '[1]' },
      'it lists nothing': { '/v1/models': {} },
    };
    for (const [what, routes] of Object.entries(broken)) {
      it(`gives up in time when ${what}`, async () => {
        engine.routes = { ...engine.routes, ...routes };
        expect(await failureOf(ready(instance(), SHORT_MS))).to.include({ code: 'ENGINE_FAILED' });
      });
    }

    for (const [what, { routes, says, role = 'prefill' }] of Object.entries(subject.wrong)) {
      it(`says at once that ${what}`, async () => {
        engine.routes = { ...engine.routes, ...routes };
        const error = await failureOf(ready(instance(role)));
        expect(error.code).to.equal('ENGINE_FAILED');
        expect(error.message).to.match(says).and.include(engine.url);
      });
    }

    it('says at once that the engine wants a key', async () => {
      engine.routes = { ...engine.routes, '/v1/models': 401 };
      expect((await failureOf(ready())).message).to.match(/answered 401/);
    });

    it('stops asking when it is told to', async () => {
      engine.routes = { '/health': hang };
      const stopping = new AbortController();
      const waiting = ready(instance(), LONG_MS, stopping.signal).catch((reason: unknown) => reason);
      const why = new Error('enough');
      setTimeout(() => stopping.abort(why), 20);
      expect(await waiting).to.equal(why);
      const { length } = engine.asked;
      expect(await ready(instance(), LONG_MS, AbortSignal.abort(why)).catch((reason: unknown) => reason)).to.equal(why);
      expect(engine.asked.length).to.equal(length);
    });

    it('knows a healthy engine from a broken one, a hanging one and none', async () => {
      expect(await monitor.healthy(instance())).to.equal(true);
      for (const answer of [500, 503, hang]) {
        engine.routes = { '/health': answer };
        expect(await monitor.healthy(instance())).to.equal(false);
      }
      const gone = instance();
      await engine.close();
      expect(await monitor.healthy(gone)).to.equal(false);
    });

    it('reads its load', async () => {
      expect(await monitor.gauges(instance())).to.deep.equal(subject.gauges);
    });

    const gaugesGone = async (answer: Routes[string]): Promise<void> => {
      engine.routes = { ...engine.routes, ...Object.fromEntries(subject.gaugePaths.map((path) => [path, answer])) };
      expect(await failureOf(monitor.gauges(instance()))).to.include({ code: 'ENGINE_FAILED' });
    };
    if (subject.gaugePaths.length > 0)
      for (const [what, answer] of Object.entries({
        missing: 404,
        failing: 500,
        hanging: hang,
        garbage: '<html>\u0000',
        'other JSON': '[{}]',
      }))
        it(`says that it does not tell its load: ${what}`, () => gaugesGone(answer));

    it('says that it does not tell its load when it is gone', async () => {
      const gone = instance();
      await engine.close();
      expect(await failureOf(monitor.gauges(gone))).to.include({ code: 'ENGINE_FAILED' });
    });
  });
};
