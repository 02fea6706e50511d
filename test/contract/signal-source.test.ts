import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSignal } from '../../src/adapters/host/signal-source.ts';
import { signalSourceContract } from './signal-source.ts';

signalSourceContract('a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'voltana-signal-'));
  const file = join(folder, 'signal');
  return Promise.resolve({
    source: openSignal(file),
    tell: (text) => (text === null ? rmSync(file, { force: true }) : writeFileSync(file, text)),
    close: async () => rmSync(folder, { recursive: true }),
  });
});

signalSourceContract('a URL', async () => {
  let said: string | null = null;
  const server = createServer((_request, response) => response.writeHead(said === null ? 503 : 200).end(said ?? ''));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    source: openSignal(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`),
    tell: (text) => void (said = text),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
});
