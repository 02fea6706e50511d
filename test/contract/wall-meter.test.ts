import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { realTime } from '../../src/adapters/host/real-time.ts';
import { createWallMeter, type WallMeterOptions } from '../../src/adapters/load/wall-meter.ts';
import { wallMeterContract } from './wall-meter.ts';

const time = realTime();
const rest = { time, key: null, insecure: false } as const;
const MICRO = 1e6;
const closings: (() => unknown)[] = [];
const meterOf = (options: Pick<WallMeterOptions, 'text' | 'at' | 'select' | 'quantity' | 'factor'>) =>
  createWallMeter({ ...rest, ...options });

const closed = (server: Server): void => {
  server.close();
  server.closeAllConnections();
};

describe('wall meters', () => {
  afterEach(async () => {
    for (const close of closings.splice(0)) await close();
  });

  wallMeterContract('a page of JSON', async (quantity) => {
    let body = '{"ENERGY":{"Total":0}}';
    const server = createServer((_, response) => void response.end(body)).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    closings.push(() => closed(server));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    return {
      meter: meterOf({ text: `${url}#ENERGY.Total`, at: { kind: 'url', url }, select: 'ENERGY.Total', quantity, factor: 1 }),
      time,
      show: (value) => Promise.resolve(void (body = JSON.stringify({ ENERGY: { Total: value } }))),
      garble: () => Promise.resolve(void (body = '{"ENERGY":{"Total":"plenty"}}')),
      vanish: () => Promise.resolve(closed(server)),
    };
  });

  wallMeterContract('a file of the kernel', async (quantity) => {
    const folder = await mkdtemp(join(tmpdir(), 'voltana-wall-'));
    closings.push(() => rm(folder, { recursive: true, force: true }));
    const path = join(folder, 'energy1_input');
    return {
      meter: meterOf({ text: path, at: { kind: 'file', path }, select: null, quantity, factor: 1 / MICRO }),
      time,
      show: (value) => writeFile(path, `${Math.round(value * MICRO)}\n`),
      garble: () => writeFile(path, 'plenty\n'),
      vanish: () => rm(path, { force: true }),
    };
  });
});
