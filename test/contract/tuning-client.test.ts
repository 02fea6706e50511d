import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createTuningClient } from '../../src/adapters/load/tuning-client.ts';
import type { TuningOrder } from '../../src/domain/tuning-orders.ts';
import { tuningClientContract } from './tuning-client.ts';

tuningClientContract('over HTTP', async () => {
  const heard: TuningOrder[] = [];
  let [status, body] = [500, ''];
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    request.on('end', () => {
      if (request.method === 'POST') heard.push(JSON.parse(text) as TuningOrder);
      response.writeHead(request.url === '/voltana/tuning' ? status : 404).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    client: createTuningClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, apiKey: 'secret-key', tls: {} }),
    heard,
    answer: (code, text) => void ([status, body] = [code, text]),
    vanish: () =>
      new Promise((resolve) => {
        if (!server.listening) return resolve();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
});
