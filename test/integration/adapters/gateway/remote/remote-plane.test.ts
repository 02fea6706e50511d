import { expect } from 'chai';
import { realTime } from '../../../../../src/adapters/host/real-time.ts';
import { wireOver } from '../../../../../src/adapters/gateway/remote/wire.ts';
import { VoltanaError } from '../../../../../src/domain/errors.ts';
import type { LaunchedInstance } from '../../../../../src/domain/instance.ts';
import type { Dispatcher } from '../../../../../src/ports/dispatcher.ts';
import { recordingDispatcher } from '../../../../fixtures/engines/recording-dispatcher.ts';
import { recordingListener } from '../../../../fixtures/gateway/recording-listener.ts';
import { socketPair, wirePair, type WirePair } from '../../../../fixtures/gateway/wire-pair.ts';
import { until } from '../../../../fixtures/programs.ts';
import { ourError, rejected } from '../../../../fixtures/rejected.ts';

const instance = (id: string, role: 'prefill' | 'decode'): LaunchedInstance => ({
  id,
  role,
  gpuCount: 1,
  endpoints: { url: `http://${id}` },
});
const request = (id: string) => ({ id, arrivalMs: 1, promptTokens: 10 });
const arrived = (id: string) => ({ ...request(id), model: 'm', tenant: 't', estimated: false });

describe('a worker and its control process', () => {
  let pair: WirePair | null = null;
  afterEach(async () => {
    pair?.breakOff();
    await pair?.gone;
    pair = null;
  });

  const joined = async (over: Partial<Dispatcher> = {}) => {
    const dispatcher = Object.assign(recordingDispatcher(instance('p', 'prefill'), instance('d', 'decode')), over);
    const listener = recordingListener();
    pair = await wirePair({ dispatcher, listener, time: realTime() });
    return { ...pair, dispatcher, listener };
  };

  it('a chunk costs no message of its own, except the first one of a request', async () => {
    const { plane, batches, dispatcher } = await joined();
    const telemetry = plane.arrived(arrived('a'));
    await plane.route(request('a'));
    plane.tokens('a', 1);
    telemetry.tokens(1, 5);
    const before = batches.length;
    await until('the first token is told', () => batches.length > before);
    const sent = batches.length;
    for (let i = 0; i < 50; i += 1) {
      plane.tokens('a', 2);
      telemetry.tokens(2, 10 + i);
    }
    await plane.look();
    expect(batches.length - sent).to.equal(1);
    expect(batches.at(-1)!.filter(([kind]) => kind === 'tokens')).to.have.length(1);
    expect(dispatcher.seen[0]!.tokens).to.equal(101);
  });

  it('instances are told once, and again when another one has taken their name', async () => {
    const moved = { ...instance('d', 'decode'), endpoints: { url: 'http://elsewhere' } };
    let decode = instance('d', 'decode');
    const prefill = instance('p', 'prefill');
    const { plane, desk } = await joined({ route: () => Promise.resolve({ prefill, decode, reason: 'r' }) });
    expect(desk).to.not.equal(null);
    expect((await plane.route(request('a')))!.decode.endpoints.url).to.equal('http://d');
    decode = moved;
    expect((await plane.route(request('b')))!.decode.endpoints.url).to.equal('http://elsewhere');
  });

  it('errors come over as what they are, with their hints', async () => {
    const thrown = [new VoltanaError('NO_INSTANCE', 'nobody', { hint: 'wait' }), new RangeError('twice'), new TypeError('a bug')];
    const { plane } = await joined({ route: () => Promise.reject(thrown.shift()!) });
    const first = await ourError(plane.route(request('a')));
    expect(first).to.include({ code: 'NO_INSTANCE', message: 'nobody', hint: 'wait', kind: 'external' });
    expect(await rejected(plane.route(request('b'))))
      .to.be.instanceOf(RangeError)
      .with.property('message', 'twice');
    expect(await rejected(plane.route(request('c'))))
      .to.be.instanceOf(Error)
      .with.property('message', 'a bug');
  });

  it('a worker that is gone has failed all that it had under way, once; what had ended stays as it was', async () => {
    const { plane, desk, dispatcher, listener, breakOff, gone } = await joined();
    for (const id of ['whole', 'half', 'waiting']) {
      const telemetry = plane.arrived(arrived(id));
      if (id === 'waiting') dispatcher.holding = true;
      const route = plane.route(request(id));
      if (id === 'waiting') route.catch(() => undefined);
      else await route;
      plane.tokens(id, 1);
      if (id !== 'whole') continue;
      plane.ended(id, 'completed', { promptTokens: 9 });
      telemetry.ended('completed', 7, { promptTokens: 9 });
    }
    await plane.look();
    breakOff();
    await gone;
    expect(desk.lost()).to.equal(2);
    expect(desk.lost(), 'twice').to.equal(0);
    expect(dispatcher.seen.map(({ ended }) => ended)).to.deep.equal([
      [{ how: 'completed', promptTokens: 9 }],
      [{ how: 'failed', promptTokens: undefined }],
      [{ how: 'failed', promptTokens: undefined }],
    ]);
    const ends = listener.heard.filter(([kind]) => kind === 'ended').map(([, id, how]) => [id, how]);
    expect(ends).to.deep.equal([
      ['whole', 'completed'],
      ['half', 'failed'],
      ['waiting', 'failed'],
    ]);
  });

  it('a control process that is gone answers nobody: who waits and who asks later get an error', async () => {
    const { plane, control } = await joined({ route: () => new Promise(() => undefined) });
    const waiting = rejected(plane.route(request('a')));
    await new Promise((resolve) => setImmediate(resolve));
    control.end();
    expect(await waiting).to.be.instanceOf(Error);
    expect(await rejected(plane.reroute('a', []))).to.be.instanceOf(Error);
  });

  it('pictures come unasked, and the newest one is shown', async () => {
    const { plane, control, dispatcher } = await joined();
    expect(() => plane.snapshot()).to.throw('no picture');
    control.send([['picture', { ...dispatcher.snapshot(), atMs: 41 }, null]]);
    control.send([['picture', { ...dispatcher.snapshot(), atMs: 42 }, null]]);
    await plane.look();
    expect(plane.snapshot().atMs, 'the one that was asked for').to.equal(dispatcher.snapshot().atMs);
    control.send([['picture', { ...dispatcher.snapshot(), atMs: 43 }, null]]);
    await until('it comes', () => plane.snapshot().atMs === 43);
  });

  it('a line may come in any pieces', async () => {
    const { worker, control } = await socketPair();
    const heard: unknown[] = [];
    const wire = wireOver<unknown, unknown>(control, { hear: (message) => void heard.push(message), gone: () => undefined });
    const line = Buffer.from(`${JSON.stringify([['é\u2028\n', 1]])}\n`);
    for (const byte of line) {
      worker.write(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    worker.end(line);
    await until('both came', () => heard.length === 2);
    expect(heard).to.deep.equal([
      ['é\u2028\n', 1],
      ['é\u2028\n', 1],
    ]);
    wire.send([1]);
    wire.end();
  });
});
