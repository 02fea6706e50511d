import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openSignal, signalIn } from '../../../../src/adapters/host/signal-source.ts';
import { VoltanaError } from '../../../../src/domain/errors.ts';

const failed = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'nothing failed',
    (error: Error) => error.message,
  );

describe('signal of carbon or price', () => {
  it('a number, or JSON that names it', () => {
    expect(signalIn(' 312.5\n')).to.equal(312.5);
    expect(signalIn('{"carbonIntensity": 240, "price": 0.1}')).to.equal(240);
    expect(signalIn('{"zone": "DE", "price": 0.31}')).to.equal(0.31);
    expect(signalIn('0')).to.equal(0);
  });

  for (const text of ['', 'dirty', '-1', 'null', '[]', '{"price": "0.3"}', '1e999'])
    it(`refuses ${JSON.stringify(text)}`, () => expect(() => signalIn(text)).to.throw(Error));

  it('reads a file anew each time, and says why when it cannot', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'voltana-signal-'));
    const file = join(folder, 'price');
    const signal = openSignal(file);
    expect(await failed(signal.read())).to.include('ENOENT');
    writeFileSync(file, '1');
    expect(await signal.read()).to.equal(1);
    writeFileSync(file, '{"price": 2}');
    expect(await signal.read()).to.equal(2);
    rmSync(folder, { recursive: true });
  });

  it('asks a URL, and tells what it answers instead', async () => {
    let [status, text] = [200, '{"carbonIntensity": 99}'];
    const server = createServer((_request, response) => response.writeHead(status).end(text));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const signal = openSignal(`http://127.0.0.1:${(server.address() as AddressInfo).port}/now`);
    expect(await signal.read()).to.equal(99);
    [status, text] = [503, 'later'];
    expect(await failed(signal.read())).to.include('HTTP 503');
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect(await failed(signal.read())).to.not.equal('nothing failed');
    expect(() => openSignal('ftp://host/price')).to.throw(VoltanaError, 'neither a file nor an http URL');
  });
});
