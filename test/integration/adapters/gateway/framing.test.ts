import { expect } from 'chai';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { DONE, sse, token } from '../../../fixtures/engines/scripted-engine.ts';
import { prefilled, setUp, type Setup } from '../../../fixtures/gateway/harness.ts';

const BODY = JSON.stringify({ model: 'm', prompt: 'x', stream: true });
const ask = (version: '1.0' | '1.1', more = ''): string =>
  `POST /v1/completions HTTP/${version}\r\nhost: h\r\ncontent-type: application/json\r\n${more}content-length: ${BODY.length}\r\n\r\n${BODY}`;

const socketTo = async ({ gateway }: Setup): Promise<Socket> => {
  const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
  await once(socket, 'connect');
  return socket;
};

/** Everything until the connection closes. */
const allOf = async (socket: Socket): Promise<string> => {
  let text = '';
  socket.setEncoding('latin1').on('data', (more: string) => (text += more));
  await once(socket, 'close');
  return text;
};

/** A chunked body as RFC 9112 reads it. @returns the data, and what follows the last chunk */
const unchunked = (text: string): { readonly data: string; readonly rest: string } => {
  let data = '';
  for (let at = 0; ;) {
    const lineEnd = text.indexOf('\r\n', at);
    const size = Number.parseInt(text.slice(at, lineEnd), 16);
    if (!(size >= 0)) throw new Error(`no chunk size: ${JSON.stringify(text.slice(at, at + 40))}`);
    const from = lineEnd + 2;
    if (text.slice(from + size, from + size + 2) !== '\r\n') throw new Error('a chunk does not end where it should');
    if (size === 0) return { data, rest: text.slice(from + 2) };
    data += text.slice(from, from + size);
    at = from + size + 2;
  }
};

const answersIn = (text: string): { readonly head: string; readonly data: string }[] => {
  const answers = [];
  for (let rest = text; rest !== '';) {
    const end = rest.indexOf('\r\n\r\n');
    const body = unchunked(rest.slice(end + 4));
    answers.push({ head: rest.slice(0, end), data: body.data });
    rest = body.rest;
  }
  return answers;
};

/** Of one byte of text up to more than a frame that is copied. */
const EVENTS = ['x', 'y'.repeat(300), 'z'.repeat(20_000), 'ü', 'last'].map(token).join('') + DONE;
const bytesOf = (text: string): string => Buffer.from(text).toString('latin1');

describe('gateway: how a stream is framed', () => {
  let setup: Setup;
  beforeEach(async () => {
    setup = await setUp('together', [[prefilled, (response) => sse(response, EVENTS)]]);
  });
  afterEach(() => setup.close());

  it('sends correct chunks, small and large, one answer after the other on a connection', async () => {
    const socket = await socketTo(setup);
    const all = allOf(socket);
    socket.write(ask('1.1') + ask('1.1', 'connection: close\r\n'));
    const answers = answersIn(await all);
    expect(answers.map(({ data }) => data)).to.deep.equal([bytesOf(EVENTS), bytesOf(EVENTS)]);
    for (const { head } of answers)
      expect(head)
        .to.match(/^HTTP\/1\.1 200 /)
        .and.match(/transfer-encoding: chunked/i);
    expect(answers[0]!.head).to.match(/connection: keep-alive/i);
  });

  it('sends an older client the bare bytes, and ends them with the connection', async () => {
    const socket = await socketTo(setup);
    const all = allOf(socket);
    socket.write(ask('1.0'));
    const [head = '', data] = (await all).split('\r\n\r\n', 2);
    expect(head).to.not.match(/transfer-encoding/i);
    expect(data).to.equal(bytesOf(EVENTS));
  });
});

describe('gateway: how a failure is framed', () => {
  it('sends the error event as a chunk of its own and ends the body', async () => {
    const breaks = (response: Parameters<typeof sse>[0]): void => {
      sse(response, token(), false);
      setTimeout(() => response.destroy(), 20);
    };
    const setup = await setUp('together', [[prefilled, breaks]]);
    const socket = await socketTo(setup);
    const all = allOf(socket);
    socket.write(ask('1.1', 'connection: close\r\n'));
    const [answer] = answersIn(await all);
    expect(answer!.data).to.satisfy((data: string) => data.startsWith(bytesOf(token())));
    expect(answer!.data.slice(token().length)).to.match(/^data: \{"error":.*"engine_failed".*\}\n\n$/);
    await setup.close();
  });
});

describe('gateway: a client that leaves while it sends', () => {
  it('gives its place back', async () => {
    const setup = await setUp('together', [[prefilled, (response) => sse(response, EVENTS)]], { limits: { maxInFlight: 1 } });
    const leaving = await socketTo(setup);
    leaving.write(ask('1.1').slice(0, -10));
    const full = async (): Promise<number> => (await fetch(`${setup.gateway.url}/v1/completions`, { method: 'POST', body: BODY })).status;
    while ((await full()) !== 429);
    leaving.destroy();
    while ((await full()) === 429);
    expect(await full()).to.equal(200);
    await setup.close();
  });
});
