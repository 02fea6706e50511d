import { expect } from 'chai';
import fc from 'fast-check';
import { realTime } from '../../../../../src/adapters/host/real-time.ts';
import type { LaunchedInstance } from '../../../../../src/domain/instance.ts';
import type { Dispatcher, Route } from '../../../../../src/ports/dispatcher.ts';
import type { RequestTelemetry, TelemetryListener } from '../../../../../src/ports/telemetry-listener.ts';
import { recordingListener } from '../../../../fixtures/gateway/recording-listener.ts';
import { wirePair } from '../../../../fixtures/gateway/wire-pair.ts';

const instance = (id: string, role: 'prefill' | 'decode'): LaunchedInstance => ({
  id,
  role,
  gpuCount: 1,
  endpoints: { url: `http://${id}` },
});

/** Writes down what it is told, in order. */
const recorder = () => {
  const told: unknown[][] = [];
  const route: Route = { prefill: instance('p', 'prefill'), decode: instance('d', 'decode'), reason: 'because' };
  const dispatcher: Dispatcher = {
    route: (request) => (told.push(['route', request.id, request]), Promise.resolve(route)),
    reroute: (id, culprits) => (told.push(['reroute', id, culprits]), Promise.resolve(route)),
    legEnded: (...said) => void told.push(['leg', ...said]),
    prefillDone: (id) => void told.push(['prefillDone', id]),
    tokens: (id, count) => void told.push(['tokens', id, count]),
    ended: (...said) => void told.push(['ended', ...said.filter((one) => one !== undefined)]),
    snapshot: () => ({ kind: 'snapshot' }) as ReturnType<Dispatcher['snapshot']>,
  };
  return { told, dispatcher };
};

/** Tokens that follow each other are one: when they are told is the wire's business, how many and between what is not. */
const summed = (told: readonly unknown[][], id: string): unknown[][] => {
  const mine: unknown[][] = [];
  for (const one of told.filter(([kind, of]) => kind !== 'leg' && of === id)) {
    const last = mine.at(-1);
    if (one[0] === 'tokens' && last?.[0] === 'tokens') mine[mine.length - 1] = ['tokens', id, (last[2] as number) + (one[2] as number)];
    else mine.push(one);
  }
  return mine;
};

const IDS = ['a', 'b', 'c'];
const step = fc.record({
  of: fc.constantFrom(...IDS),
  kind: fc.constantFrom('route', 'reroute', 'prefillDone', 'tokens', 'tokens', 'tokens', 'ended', 'leg', 'rejected', 'pause'),
  count: fc.integer({ min: 1, max: 9 }),
  promptTokens: fc.option(fc.nat(1e6), { nil: undefined }),
  // What JSON and line ends could get wrong.
  text: fc.string({ unit: 'binary', maxLength: 12 }),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

type Both = Dispatcher & TelemetryListener;

/** Plays a history against a plane, as a gateway would: the listener hears the same beside it. */
const play = async (steps: readonly Step[], plane: Both): Promise<void> => {
  const telemetry = new Map<string, RequestTelemetry>();
  let atMs = 0;
  for (const { of, kind, count, promptTokens, text } of steps) {
    atMs += 0.25;
    const heard = telemetry.get(of);
    if (kind === 'pause') await new Promise((resolve) => setTimeout(resolve, 6));
    if (kind === 'leg') plane.legEnded(text, 'stalled');
    if (kind === 'rejected') plane.rejected(429);
    if (kind === 'route') {
      const request = { id: of, arrivalMs: atMs, promptTokens: count, prefix: [text] };
      if (heard === undefined) telemetry.set(of, plane.arrived({ ...request, model: text, tenant: 'é', estimated: true }));
      void plane.route(request).catch(() => undefined);
    }
    if (kind === 'reroute') void plane.reroute(of, [text]).catch(() => undefined);
    if (kind === 'prefillDone') {
      plane.prefillDone(of);
      heard?.prefillDone(atMs);
    }
    if (kind === 'tokens') {
      plane.tokens(of, count);
      heard?.tokens(count, atMs);
    }
    if (kind === 'ended') {
      const usage = promptTokens === undefined ? undefined : { promptTokens };
      plane.ended(of, 'completed', usage);
      heard?.ended('completed', atMs, usage);
      telemetry.delete(of);
    }
  }
};

describe('what a worker says', function () {
  this.timeout(30_000);

  it('is heard by the control plane and by listeners as if they sat in one process: everything, once, in order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const [near, far] = [recorder(), recorder()];
        const [nearListener, farListener] = [recordingListener(), recordingListener()];
        const { plane, breakOff, gone } = await wirePair({ dispatcher: far.dispatcher, listener: farListener, time: realTime() });
        await play(steps, { ...near.dispatcher, ...nearListener });
        await play(
          steps.map((one) => ({ ...one })),
          plane,
        );
        await plane.look();
        breakOff();
        await gone;
        for (const id of IDS) expect(summed(far.told, id)).to.deep.equal(summed(near.told, id));
        const legs = ({ told }: typeof near): unknown[][] => told.filter(([kind]) => kind === 'leg');
        expect(legs(far)).to.deep.equal(legs(near));
        // Each chunk with its own time, however many came in one message.
        const heardOf = (listener: typeof nearListener, id: string): unknown[][] => listener.heard.filter(([, of]) => of === id);
        for (const id of [...IDS, 429]) expect(heardOf(farListener, id as string)).to.deep.equal(heardOf(nearListener, id as string));
      }),
      { numRuns: 60 },
    );
  });
});
