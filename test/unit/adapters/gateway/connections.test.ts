import { createServer, type Server } from 'node:http';
import { connect, createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import { expect } from 'chai';
import { EngineConnections } from '../../../../src/adapters/gateway/connections.ts';
import { openLeg, type LegObserver, type OpenLeg } from '../../../../src/adapters/gateway/leg.ts';

const CONNECT_TIMEOUT_MS = 5000;

/** What was observed of one leg, and its end. */
interface Seen extends LegObserver {
  readonly said: string[];
  readonly over: Promise<void>;
}

const seen = (): Seen => {
  const said: string[] = [];
  let end = (): void => undefined;
  const over = new Promise<void>((resolve) => (end = resolve));
  return {
    said,
    over,
    started: (status, contentType) => void said.push(`${status} ${contentType}`),
    data: (chunk) => void said.push(chunk.toString()),
    ended: () => (said.push('ended'), end()),
    broke: () => (said.push('broke'), end()),
  };
};

describe('gateway: connections to engines', () => {
  let engines: EngineConnections;
  let server: Server;
  let url: string;
  /** The client's port of each connection that reached the engine. */
  let ports: number[];
  let sockets: Set<Socket>;

  const post = (path: string, observer: LegObserver): OpenLeg =>
    openLeg(engines, { instance: { id: 'd0', role: 'decode', gpuCount: 1, endpoints: { url } }, path, headers: {}, body: '{}' }, observer);

  const posted = async (path: string): Promise<string[]> => {
    const observer = seen();
    post(path, observer);
    await observer.over;
    return observer.said;
  };

  beforeEach(async () => {
    engines = new EngineConnections(CONNECT_TIMEOUT_MS);
    ports = [];
    sockets = new Set();
    server = createServer((request, response) => {
      ports.push(request.socket.remotePort!);
      if (request.url === '/hang') return;
      if (request.url === '/close') response.setHeader('connection', 'close');
      if (request.url === '/odd') response.setHeader('Content-TYPE', 'text/event-stream; charset=utf-8');
      else response.setHeader('content-type', 'application/json');
      request.resume().once('end', () => response.end('{}'));
    });
    server.on('connection', (socket) => sockets.add(socket));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterEach(async () => {
    await engines.destroy();
    server.closeAllConnections();
    server.close();
  });

  it('sends one leg after the other over one connection, and legs at a time over as many', async () => {
    for (let i = 0; i < 3; i++) expect(await posted('/')).to.deep.equal(['200 application/json', '{}', 'ended']);
    expect(new Set(ports).size).to.equal(1);
    await Promise.all([posted('/'), posted('/'), posted('/')]);
    expect(new Set(ports).size).to.equal(3);
  });

  it('reads the content type however its name is written', async () => {
    expect((await posted('/odd'))[0]).to.equal('200 text/event-stream; charset=utf-8');
  });

  it('goes on when the engine closes after an answer, or while a connection rests', async () => {
    expect((await posted('/close')).at(-1)).to.equal('ended');
    expect((await posted('/')).at(-1)).to.equal('ended');
    const closed = [...sockets].filter((socket) => !socket.destroyed).map((socket) => once(socket.destroy(), 'close'));
    await Promise.all(closed);
    // Whether or not the gateway has heard of it, the next leg may break, and the one after it does not.
    await posted('/');
    expect((await posted('/')).at(-1)).to.equal('ended');
  });

  it('closes the connection of a leg that is aborted, and uses it for no other', async () => {
    const observer = seen();
    const leg = post('/hang', observer);
    await once(server, 'request');
    const [socket] = [...sockets];
    const gone = once(socket!, 'close');
    leg.abort();
    await gone;
    expect(leg.over).to.equal(true);
    expect(observer.said).to.deep.equal([]);
    expect((await posted('/')).at(-1)).to.equal('ended');
    expect(new Set(ports).size).to.equal(2);
  });

  it('aborts a leg whose connection is not open yet', async () => {
    const observer = seen();
    post('/', observer).abort();
    expect((await posted('/')).at(-1)).to.equal('ended');
    expect(observer.said).to.deep.equal([]);
  });

  it('says that nobody listens, and that an answer is none', async () => {
    const tcp = createTcpServer((socket) => void socket.resume().end('nonsense\r\n\r\n')).listen(0, '127.0.0.1');
    await once(tcp, 'listening');
    url = `http://127.0.0.1:${(tcp.address() as AddressInfo).port}`;
    expect(await posted('/')).to.deep.equal(['broke']);
    tcp.close();
    await once(tcp, 'close');
    expect(await posted('/')).to.deep.equal(['broke']);
  });

  it('breaks what is under way when it is destroyed, and whatever follows', async () => {
    const observer = seen();
    post('/hang', observer);
    await once(server, 'request');
    await engines.destroy();
    await observer.over;
    expect(observer.said).to.deep.equal(['broke']);
    expect(await posted('/')).to.deep.equal(['broke']);
    const free = connect(Number(new URL(url).port), '127.0.0.1');
    await once(free, 'connect');
    free.destroy();
  });
});
