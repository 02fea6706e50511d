import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Seen {
  readonly path: string;
  readonly request: string;
  readonly reply: string;
}

/** Stands before an engine, passes everything on as it is, and keeps what was asked and answered. */
export const spyBefore = async (engine: string) => {
  const seen: Seen[] = [];
  const server = createServer((asked, answer) => {
    const path = asked.url ?? '/';
    const up = request(new URL(path, engine), { method: asked.method ?? 'GET', headers: asked.headers }, (got) => {
      answer.writeHead(got.statusCode ?? 502, got.headers);
      let reply = '';
      got.setEncoding('utf8').on('data', (chunk: string) => {
        reply += chunk;
        answer.write(chunk);
      });
      got.on('end', () => {
        seen.push({ path, request: body, reply });
        answer.end();
      });
    });
    let body = '';
    asked.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
      up.write(chunk);
    });
    asked.on('end', () => up.end());
    up.on('error', () => answer.destroy());
    answer.on('close', () => up.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Of the requests for an answer. */
    posts: (): Seen[] => seen.filter(({ path }) => path.startsWith('/v1/') && path !== '/v1/models'),
    close: (): Promise<void> =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
