import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import { eventually, payloadsOf, post, setFaults, startEngine, type Node } from '../../../../fixtures/engines/emulated-node.ts';

const body = { prompt: 'a b', max_tokens: 6, stream: true };

describe('emulated engine: faults', () => {
  let engine: Node;
  beforeEach(async () => {
    engine = await startEngine({ dialect: 'openai' });
  });
  afterEach(() => engine.close());
  const url = (path = '/v1/completions'): string => `${engine.instance.endpoints.url}${path}`;
  const ask = (signal?: AbortSignal): Promise<Response> => post(url(), body, signal);
  /** All that comes, and whether it ended as it should. */
  const readAll = async (response: Response): Promise<{ text: string; whole: boolean }> => {
    let text = '';
    const decoder = new TextDecoder();
    try {
      for await (const chunk of response.body!) text += decoder.decode(chunk as Uint8Array, { stream: true });
      return { text, whole: true };
    } catch {
      return { text, whole: false };
    }
  };
  const machineLoad = async (): Promise<Record<string, number>> =>
    (await fetch(`${engine.instance.endpoints.controlUrl}/load`)).json() as Promise<Record<string, number>>;
  const tokensIn = (text: string): number => text.split('"text":" tok"').length - 1;

  it('has none until it is told, and says what holds', async () => {
    const state = (await (await fetch(`${engine.instance.endpoints.controlUrl}/faults`)).json()) as Record<string, unknown>;
    expect(state).to.include({ refuseConnections: false, errors: 0, tokensPerEvent: 1, stall: false, hangAfterTokens: null });
    expect((await readAll(await ask())).whole).to.equal(true);
  });

  for (const [name, faults] of [
    ['an unknown lever', { explode: true }],
    ['a count that is none', { errors: -1 }],
    ['a flag that is none', { stall: 'yes' }],
    ['no way to break', { breakWith: 'tears' }],
    ['no token in an event', { tokensPerEvent: 0 }],
  ] as const) {
    it(`refuses ${name} and changes nothing`, async () => {
      expect((await setFaults(engine.instance, faults)).status).to.equal(400);
      expect((await readAll(await ask())).whole).to.equal(true);
    });
  }

  it('refuses connections, drops those there are, and listens on the same port again', async () => {
    const socket = connect(Number(new URL(url()).port), '127.0.0.1');
    await once(socket, 'connect');
    const closed = once(socket, 'close');
    await setFaults(engine.instance, { refuseConnections: true });
    await closed;
    const error = await ask().catch((reason: unknown) => reason);
    expect((error as { cause: { code: string } }).cause.code).to.equal('ECONNREFUSED');
    await setFaults(engine.instance);
    await eventually('it listens again', () =>
      ask()
        .then(({ status }) => status === 200)
        .catch(() => false),
    );
  });

  it('drops connections beyond its limit, and counts the open ones', async () => {
    await setFaults(engine.instance, { maxConnections: 1 });
    const first = connect(Number(new URL(url()).port), '127.0.0.1');
    await once(first, 'connect');
    await eventually('it is counted', async () => {
      const { open } = (await (await fetch(`${engine.instance.endpoints.controlUrl}/connections`)).json()) as { open: number };
      return open === 1;
    });
    const error = await ask().catch((reason: unknown) => reason);
    expect(error).to.be.an.instanceOf(Error);
    first.destroy();
  });

  it('answers 500 as often as it is told', async () => {
    await setFaults(engine.instance, { errors: 2 });
    expect([(await ask()).status, (await ask()).status, (await ask()).status]).to.deep.equal([500, 500, 200]);
  });

  it('takes a request and never answers', async () => {
    await setFaults(engine.instance, { hangAfterAccept: true });
    const leaving = new AbortController();
    const hanging = ask(leaving.signal).then(
      () => 'answered',
      () => 'left',
    );
    expect((await fetch(url('/health'))).status).to.equal(200);
    leaving.abort();
    expect(await hanging).to.equal('left');
  });

  it('hangs after some tokens', async () => {
    await setFaults(engine.instance, { hangAfterTokens: 2 });
    const leaving = new AbortController();
    const reader = (await ask(leaving.signal)).body!.getReader();
    let text = '';
    while (tokensIn(text) < 2) text += new TextDecoder().decode((await reader.read()).value);
    let ended = false;
    const next = reader.read().then(
      () => (ended = true),
      () => (ended = true),
    );
    await eventually('the machine has made all of them', async () => (await machineLoad())['running'] === 0);
    await fetch(url('/health'));
    expect([tokensIn(text), ended]).to.deep.equal([2, false]);
    leaving.abort();
    await next;
  });

  for (const [breakWith, pattern] of [
    ['nothing', /\}\n\n$/],
    ['half-chunk', /"te$/],
    ['garbage', /\{\{\{\n\n$/],
  ] as const) {
    it(`breaks off with ${breakWith}`, async () => {
      await setFaults(engine.instance, { breakAfterTokens: 3, breakWith });
      const { text, whole } = await readAll(await ask());
      expect([tokensIn(text), whole]).to.deep.equal([3, false]);
      expect(text).to.match(pattern);
    });
  }

  it('stalls while health stays well, and goes on with all its tokens', async () => {
    await setFaults(engine.instance, { stall: true });
    const asked = ask();
    expect((await fetch(url('/health'))).status).to.equal(200);
    await eventually('the machine is done', async () => {
      const { running, waiting } = await machineLoad();
      return running === 0 && waiting === 0;
    });
    await setFaults(engine.instance);
    const { text, whole } = await readAll(await asked);
    expect([tokensIn(text), whole]).to.deep.equal([6, true]);
  });

  it('is slow, and loses nothing by it', async () => {
    await setFaults(engine.instance, { tokenDelayMs: 5 });
    const { text, whole } = await readAll(await ask());
    expect([tokensIn(text), whole]).to.deep.equal([6, true]);
  });

  it('puts several tokens into an event, and the rest into the last', async () => {
    await setFaults(engine.instance, { tokensPerEvent: 4 });
    const answer = await post(url(), { ...body, stream_options: { include_usage: true, continuous_usage_stats: true } });
    const events = payloadsOf(await answer.text()).slice(0, -1);
    const usages = events.map((payload) => (JSON.parse(payload) as { usage: { completion_tokens: number } }).usage.completion_tokens);
    expect(usages).to.deep.equal([4, 6, 6, 6]);
  });

  it('is not well', async () => {
    await setFaults(engine.instance, { unhealthy: true });
    expect((await fetch(url('/health'))).status).to.equal(503);
    expect((await ask()).status).to.equal(200);
  });
});
