import type { Socket } from 'node:net';
import { eventNow, LAST_EVENTS, STREAM_HEAD } from './events.ts';

export interface Place {
  readonly role: 'prefill' | 'decode';
  readonly port: number;
}

export const MODEL = 'bench-model';
const MAX_TOKENS = /"(?:max_tokens|max_completion_tokens)": *(\d+)/;
const EVERY = /"user": *"every-(\d+)"/;
const STREAMED = /"stream": *true/;
/** Written at a go where nothing is said of a pace: what a client's socket takes at once. */
const BURST = 64;

const json = (value: unknown): string => {
  const text = JSON.stringify(value);
  return `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${text.length}\r\n\r\n${text}`;
};

const TRANSFER = { do_remote_prefill: true, remote_block_ids: [1], remote_engine_id: 'e', remote_host: '127.0.0.1', remote_port: 1 };
const WHOLE = json({
  id: 'cmpl-0',
  object: 'text_completion',
  created: 1,
  model: MODEL,
  choices: [{ index: 0, text: ' token', logprobs: null, finish_reason: 'length' }],
  usage: { prompt_tokens: 8, completion_tokens: 1, total_tokens: 9 },
  kv_transfer_params: TRANSFER,
});

/** What the routers and voltana ask before they send anything. */
const told = ({ role }: Place, path: string): string => {
  if (path.startsWith('/v1/models')) return json({ object: 'list', data: [{ id: MODEL, object: 'model', created: 0, owned_by: 'bench' }] });
  if (path.includes('server_info'))
    return json({ disaggregation_mode: role, disaggregation_bootstrap_port: 8998, model_path: MODEL, served_model_name: MODEL });
  if (path.includes('model_info')) return json({ model_path: MODEL, served_model_name: MODEL, is_generation: true });
  return json({ status: 'ok' });
};

const stopWith = (socket: Socket, timer: NodeJS.Timeout): void => {
  socket.once('close', () => clearInterval(timer));
};

/** One event at a time, in a write of its own, as engines write them. */
const paced = (socket: Socket, events: number, everyMs: number): void => {
  let left = events;
  const timer = setInterval(() => {
    socket.write(eventNow());
    left -= 1;
    if (left > 0) return;
    clearInterval(timer);
    socket.write(LAST_EVENTS);
  }, everyMs);
  stopWith(socket, timer);
};

/** As fast as they are taken. */
const rushed = (socket: Socket, events: number): void => {
  let left = events;
  const more = (): void => {
    while (left > 0 && !socket.destroyed) {
      const burst = Math.min(left, BURST);
      left -= burst;
      if (!socket.write(Buffer.concat(Array.from({ length: burst }, eventNow)))) return void socket.once('drain', more);
    }
    socket.write(LAST_EVENTS);
  };
  more();
};

const stream = (socket: Socket, { role }: Place, body: string): void => {
  const events = role === 'prefill' ? 1 : Number(MAX_TOKENS.exec(body)?.[1] ?? 1);
  const every = role === 'prefill' ? null : EVERY.exec(body);
  socket.write(STREAM_HEAD);
  if (every === null) return rushed(socket, events);
  if (every[1] === '0') return void socket.write(eventNow());
  paced(socket, events, Number(every[1]));
};

export const answerTo = (socket: Socket, place: Place, head: string, body: string): void => {
  if (!head.startsWith('POST')) return void socket.write(told(place, head.split(' ', 2)[1] ?? '/'));
  if (STREAMED.test(body)) return stream(socket, place, body);
  socket.write(WHOLE);
};
