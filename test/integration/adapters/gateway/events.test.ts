import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { expect } from 'chai';
import { eventStream, type EventStream, type EventStreamOptions } from '../../../../src/adapters/gateway/events.ts';
import { realTime } from '../../../../src/adapters/host/real-time.ts';
import { FleetEvents } from '../../../../src/telemetry/fleet-events.ts';

describe('/voltana/events', () => {
  let feed: FleetEvents;
  let stream: EventStream;
  let server: Server;
  const responses: IncomingMessage[] = [];

  const serve = async (options: Partial<EventStreamOptions> = {}): Promise<number> => {
    feed = new FleetEvents('run1', 5);
    stream = eventStream({ feed, time: realTime(), ...options });
    server = createServer((request, response) => stream.handle(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };

  /** @param lastEventId as a browser sends it when it comes back */
  const open = async (port: number, lastEventId?: string) => {
    const request = get({
      port,
      host: '127.0.0.1',
      agent: false,
      headers: lastEventId === undefined ? {} : { 'last-event-id': lastEventId },
    });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    responses.push(response);
    let text = '';
    response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    response.on('error', () => undefined);
    const until = async (part: string): Promise<string> => {
      while (!text.includes(part)) await once(response, 'data');
      return text;
    };
    return { response, until };
  };

  const warn = (text: string): void => feed.add({ kind: 'warning', text }, 1);
  const idsIn = (text: string): string[] => [...text.matchAll(/^id: (.*)$/gm)].map((match) => match[1]!);

  afterEach(async () => {
    stream.close();
    for (const response of responses.splice(0)) response.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('tells what was and what comes, one JSON object per event', async () => {
    const port = await serve();
    warn('before');
    const reader = await open(port);
    expect(reader.response.headers['content-type']).to.equal('text/event-stream');
    await reader.until('before');
    feed.add({ kind: 'health', instance: 'd0', health: 'down', reason: 'two\nlines' }, 7);
    const text = await reader.until('two');
    expect(idsIn(text)).to.deep.equal(['run1.1', 'run1.2']);
    expect(text).to.contain('event: health\ndata: {"atMs":7,"kind":"health","instance":"d0","health":"down","reason":"two\\nlines"}\n\n');
  });

  it('resumes after the last id that a reader saw', async () => {
    const port = await serve();
    for (const text of ['a', 'b', 'c']) warn(text);
    const reader = await open(port, 'run1.2');
    expect(idsIn(await reader.until('"c"'))).to.deep.equal(['run1.3']);
  });

  it('says how much is no longer kept', async () => {
    const port = await serve();
    for (let i = 1; i <= 12; i++) warn(`w${i}.`);
    const text = await (await open(port, 'run1.3')).until('w12.');
    expect(text).to.contain('event: missed\ndata: {"count":4,');
    expect(idsIn(text)).to.deep.equal(['run1.8', 'run1.9', 'run1.10', 'run1.11', 'run1.12']);
  });

  for (const id of ['run0.99', 'nonsense', 'run1.', 'run1.-1', 'run1.1e3', '.2'])
    it(`an id of another run, ${id}, gets everything and is told so`, async () => {
      const port = await serve();
      warn('kept');
      const text = await (await open(port, id)).until('kept');
      expect(text).to.contain('started anew');
      expect(idsIn(text)).to.deep.equal(['run1.1']);
    });

  it('keeps a silent stream alive', async () => {
    const reader = await open(await serve({ heartbeatMs: 20 }));
    await reader.until(':\n\n:\n\n');
  });

  it('drops a reader that does not read, tells it why, and goes on for the others', async () => {
    const port = await serve({ mostUnreadBytes: 10_000 });
    const good = await open(port);
    const slow = connect(port, '127.0.0.1');
    slow.write('GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    slow.pause();
    while (stream.readers < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    // Whatever the two kernels buffer, this is more.
    const much = 'x'.repeat(2_000_000);
    for (let i = 0; i < 10; i++) {
      feed.add({ kind: 'warning', text: i % 2 ? 'small' : much }, i);
      await new Promise((resolve) => setImmediate(resolve));
    }
    let last = '';
    slow.on('data', (piece) => (last = (last + piece.toString('latin1')).slice(-400)));
    slow.resume();
    await once(slow, 'end');
    expect(last).to.contain('event: dropped');
    slow.destroy();
    good.response.destroy();
  });

  it('cuts a dropped reader off that never reads again', async () => {
    const port = await serve({ mostUnreadBytes: 10_000, lingerMs: 20 });
    const stuck = connect(port, '127.0.0.1');
    stuck.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    stuck.pause();
    stuck.on('error', () => undefined);
    while (stream.readers < 1) await new Promise((resolve) => setTimeout(resolve, 5));
    warn('x'.repeat(20_000_000));
    while (stream.readers > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    stuck.destroy();
  });

  it('leaves no timer behind when a heartbeat finds that a reader does not read', async () => {
    const real = realTime();
    const pending = new Set<object>();
    const at = (atMs: number, callback: () => void): (() => void) => {
      const timer = {};
      pending.add(timer);
      const cancel = real.at(atMs, () => {
        pending.delete(timer);
        callback();
      });
      return () => {
        pending.delete(timer);
        cancel();
      };
    };
    const port = await serve({ time: { ...real, at }, mostUnreadBytes: 10_000, heartbeatMs: 10, lingerMs: 30 });
    warn('x'.repeat(20_000_000));
    const stuck = connect(port, '127.0.0.1');
    stuck.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    stuck.pause();
    stuck.on('error', () => undefined);
    while (stream.readers < 1) await new Promise((resolve) => setTimeout(resolve, 5));
    while (stream.readers > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(pending.size).to.equal(0);
    stuck.destroy();
  });

  it('forgets a reader that leaves, and calls nobody for it any more', async () => {
    const port = await serve();
    const reader = await open(port);
    await reader.until('retry');
    expect(stream.readers).to.equal(1);
    reader.response.destroy();
    while (stream.readers > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    warn('nobody hears');
  });

  it('has room for so many readers and refuses the next', async () => {
    const port = await serve({ mostReaders: 1 });
    await open(port);
    const { response } = await open(port);
    expect(response.statusCode).to.equal(503);
    expect(response.headers['retry-after']).to.equal('10');
  });

  it('ends every stream when it closes', async () => {
    const { response } = await open(await serve());
    const ended = once(response, 'end');
    stream.close();
    stream.close();
    await ended;
  });
});
