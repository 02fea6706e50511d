import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LoggedEvent } from '../../domain/fleet-event.ts';
import type { EventFeed } from '../../ports/event-feed.ts';
import type { Time } from '../../ports/time.ts';

export interface EventStreamOptions {
  readonly feed: EventFeed;
  readonly time: Time;
  readonly heartbeatMs?: number;
  /** A reader that leaves more than this unread is told so and dropped. */
  readonly mostUnreadBytes?: number;
  readonly mostReaders?: number;
  /** How long a dropped reader has to read as far as the note that says so. */
  readonly lingerMs?: number;
}

export interface EventStream {
  /** GET of `/voltana/events`: server-sent events, resumed after a `Last-Event-ID`. */
  handle(request: IncomingMessage, response: ServerResponse): void;
  readonly readers: number;
  /** Ends every stream. Idempotent. */
  close(): void;
}

const HEARTBEAT_MS = 15_000;
/** More than a whole replay. */
const MOST_UNREAD_BYTES = 1024 * 1024;
const MOST_READERS = 64;
const LINGER_MS = 5000;
const RETRY_MS = 2000;

/** One line of JSON cannot break out of its event: line ends are escaped in it. */
const frame = (epoch: string, { id, atMs, event }: LoggedEvent): string =>
  `id: ${epoch}.${id}\nevent: ${event.kind}\ndata: ${JSON.stringify({ atMs, ...event })}\n\n`;

const note = (kind: 'missed' | 'dropped', body: object): string => `event: ${kind}\ndata: ${JSON.stringify(body)}\n\n`;

/** What a reader has seen of this process; null when it comes from another one, or names no id. */
const seenId = (epoch: string, lastEventId: string): number | null => {
  const dot = lastEventId.lastIndexOf('.');
  const id = Number(lastEventId.slice(dot + 1));
  return lastEventId.slice(0, dot) === epoch && /^\d{1,15}$/.test(lastEventId.slice(dot + 1)) ? id : null;
};

class Reader {
  readonly #options: Required<EventStreamOptions>;
  readonly #response: ServerResponse;
  #following = true;
  #stops: (() => void)[] = [];

  constructor(options: Required<EventStreamOptions>, response: ServerResponse, left: () => void) {
    this.#options = options;
    this.#response = response;
    response.once('close', () => {
      this.#stop();
      left();
    });
  }

  start(lastEventId: string | null): void {
    const { feed } = this.#options;
    this.#response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache', 'x-accel-buffering': 'no' });
    this.#response.write(`retry: ${RETRY_MS}\n\n`);
    const seen = lastEventId === null ? 0 : seenId(feed.epoch, lastEventId);
    const { events, missed } = feed.after(seen ?? 0);
    if (seen === null) this.#response.write(note('missed', { reason: 'the gateway was started anew since' }));
    else if (lastEventId !== null && missed > 0)
      this.#response.write(note('missed', { count: missed, reason: 'older events are not kept' }));
    this.#response.write(events.map((event) => frame(feed.epoch, event)).join(''));
    this.#stops.push(feed.follow((event) => this.#send(frame(feed.epoch, event))));
    this.#beat();
  }

  end(): void {
    this.#stop();
    this.#response.end();
  }

  #beat(): void {
    const { time, heartbeatMs } = this.#options;
    const cancel = time.at(time.nowMs() + heartbeatMs, () => {
      this.#stops = this.#stops.filter((stop) => stop !== cancel);
      this.#send(':\n\n');
      if (this.#following) this.#beat();
    });
    this.#stops.push(cancel);
  }

  #send(text: string): void {
    if (!this.#following) return;
    this.#response.write(text);
    if (this.#response.writableLength > this.#options.mostUnreadBytes) this.#drop();
  }

  #drop(): void {
    this.#stop();
    this.#response.end(note('dropped', { reason: 'this reader is too slow; come back with Last-Event-ID' }));
    const { time, lingerMs } = this.#options;
    this.#stops.push(time.at(time.nowMs() + lingerMs, () => this.#response.destroy()));
  }

  #stop(): void {
    this.#following = false;
    for (const stop of this.#stops) stop();
    this.#stops = [];
  }
}

/** The stream of a fleet's events, for any number of readers up to a limit; none of them can hold up the gateway. */
export const eventStream = (options: EventStreamOptions): EventStream => {
  const defaults = { heartbeatMs: HEARTBEAT_MS, mostUnreadBytes: MOST_UNREAD_BYTES, mostReaders: MOST_READERS, lingerMs: LINGER_MS };
  const all = { ...defaults, ...options };
  const open = new Set<Reader>();
  return {
    handle(request, response) {
      if (open.size >= all.mostReaders) {
        const message = `${all.mostReaders} readers follow already`;
        response.writeHead(503, { 'content-type': 'application/json', 'retry-after': '10' });
        response.end(JSON.stringify({ error: { message, code: 503 } }));
        return;
      }
      const reader = new Reader(all, response, () => open.delete(reader));
      open.add(reader);
      const header = request.headers['last-event-id'];
      reader.start(typeof header === 'string' && header !== '' ? header : null);
    },
    get readers() {
      return open.size;
    },
    close() {
      for (const reader of open) reader.end();
    },
  };
};
