import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createWallMeter, type WallMeterOptions } from '../../../../src/adapters/load/wall-meter.ts';
import { ourError } from '../../../fixtures/rejected.ts';
import { realTime } from './stream/real-time.ts';

const folder = mkdtempSync(join(tmpdir(), 'voltana-wall-'));
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

const meter = (at: WallMeterOptions['at'], over: Partial<WallMeterOptions> = {}) =>
  createWallMeter({
    text: 'the meter',
    at,
    select: null,
    quantity: 'power',
    factor: 1,
    time: realTime,
    key: null,
    insecure: false,
    ...over,
  });

describe('a meter at the plug', () => {
  let server: Server;
  let answer: RequestListener;
  let url: string;
  before(async () => {
    server = createServer((request, response) => answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/status`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  });

  const readOnce = async (at: WallMeterOptions['at'], over: Partial<WallMeterOptions> = {}) => {
    const one = meter(at, over);
    return one.read().finally(() => one.close());
  };
  const failing = async (at: WallMeterOptions['at'], over: Partial<WallMeterOptions> = {}) => {
    const error = await ourError(readOnce(at, over));
    expect(error).to.include({ code: 'METER_FAILED', exitCode: 3 });
    expect(error.message).to.match(/^The wall meter the meter cannot be read: /);
    return error.message;
  };

  it('behind a URL: its number in our unit, between the question and the answer', async () => {
    answer = (_, response) => response.end('{"ENERGY":{"Total":1.5}}');
    const at = realTime.nowMs();
    const { value, askedMs, answeredMs } = await readOnce(
      { kind: 'url', url },
      { select: 'ENERGY.Total', quantity: 'energy', factor: 3.6e6 },
    );
    expect(value).to.equal(5.4e6);
    expect(askedMs).to.be.at.least(at);
    expect(answeredMs).to.be.within(askedMs, realTime.nowMs());
  });

  it('shows its key, a name with a password or a token, and asks again over the same connection', async () => {
    const seen: (string | undefined)[] = [];
    answer = ({ headers }, response) => {
      seen.push(headers.authorization);
      response.end('5');
    };
    expect((await readOnce({ kind: 'url', url }, { key: 'root:calvin' })).value).to.equal(5);
    await readOnce({ kind: 'url', url }, { key: 'token' });
    await readOnce({ kind: 'url', url });
    expect(seen).to.deep.equal([`Basic ${Buffer.from('root:calvin').toString('base64')}`, 'Bearer token', undefined]);
  });

  it('behind a URL that does not answer as it should: says how', async () => {
    answer = (_, response) => void response.writeHead(401).end('who are you');
    expect(await failing({ kind: 'url', url })).to.include('HTTP 401');
    answer = (_, response) => response.end('<html>');
    expect(await failing({ kind: 'url', url })).to.include('no number');
    answer = (_, response) => void response.destroy();
    expect(await failing({ kind: 'url', url })).to.match(/cannot be read: .+/);
    answer = (_, response) => response.end('1'.repeat(5_000_000));
    expect(await failing({ kind: 'url', url })).to.match(/cannot be read: .+/);
    expect(await failing({ kind: 'url', url: 'http://127.0.0.1:1/x' })).to.include('ECONNREFUSED');
  });

  it('in a file, as the kernel has them', async () => {
    const path = file('power1_input', '87500000\n');
    expect((await readOnce({ kind: 'file', path }, { factor: 1e-6 })).value).to.be.closeTo(87.5, 1e-9);
    writeFileSync(path, '90000000\n');
    expect((await readOnce({ kind: 'file', path }, { factor: 1e-6 })).value).to.be.closeTo(90, 1e-9);
  });

  it('in what is no such file: says why, and never waits', async () => {
    expect(await failing({ kind: 'file', path: join(folder, 'none') })).to.include('ENOENT');
    expect(await failing({ kind: 'file', path: folder })).to.include('it is no file');
    expect(await failing({ kind: 'file', path: '/dev/zero' })).to.include('it is no file');
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    expect(await failing({ kind: 'file', path: join(folder, 'pipe') })).to.include('it is no file');
    expect(await failing({ kind: 'file', path: file('words', 'hello') })).to.include('no number');
  });
});
