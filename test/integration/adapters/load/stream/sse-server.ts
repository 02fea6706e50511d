import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface CompletionBody {
  readonly prompt: string;
  readonly max_tokens: number;
  readonly [key: string]: unknown;
}
export type Answer = (response: ServerResponse, body: CompletionBody, request: IncomingMessage) => void | Promise<void>;

export interface SseServer {
  readonly url: string;
  /** Of all requests so far. */
  readonly bodies: readonly CompletionBody[];
  /** Open sockets, after up to 2 s for the server to notice those that the client has closed. */
  socketsLeft(): Promise<number>;
  connections(): number;
  close(): Promise<void>;
}

export const EVENT_STREAM = { 'content-type': 'text/event-stream' };
export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
/** An answer that does not come; unlike a long sleep it keeps no timer. */
export const forever = (): Promise<void> => new Promise(() => {});
const event = (chunk: object): string => `data: ${JSON.stringify(chunk)}\n\n`;
export const textEvent = (text: string, finish_reason: string | null = null): string =>
  event({ choices: [{ index: 0, text, finish_reason }] });

const readBody = async (request: IncomingMessage): Promise<CompletionBody> => {
  let text = '';
  for await (const piece of request.setEncoding('utf8')) text += piece as string;
  return JSON.parse(text) as CompletionBody;
};

/** A small real server on a free port; `answer` plays the engine. */
export const startSseServer = async (answer: Answer): Promise<SseServer> => {
  const bodies: CompletionBody[] = [];
  let connections = 0;
  let sockets = 0;
  const server = createServer((request, response) => {
    void readBody(request).then(
      async (body) => {
        bodies.push(body);
        await answer(response, body, request);
      },
      () => {},
    );
  });
  server.on('connection', (socket) => {
    connections += 1;
    sockets += 1;
    socket.on('close', () => (sockets -= 1));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bodies,
    connections: () => connections,
    socketsLeft: async () => {
      for (let tries = 0; tries < 100 && sockets > 0; tries += 1) await sleep(20);
      return sockets;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};

/** One token each `gapMs`, then usage and [DONE]. */
export const streamTokens =
  (gapMs: number): Answer =>
  async (response, { prompt, max_tokens }) => {
    response.writeHead(200, EVENT_STREAM);
    for (let index = 0; index < max_tokens; index += 1) {
      if (index > 0) await sleep(gapMs);
      response.write(textEvent('a ', index === max_tokens - 1 ? 'length' : null));
    }
    response.write(event({ choices: [], usage: { prompt_tokens: prompt.split(/\s+/).length, completion_tokens: max_tokens } }));
    response.end('data: [DONE]\n\n');
  };
