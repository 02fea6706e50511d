import type { Client, Dispatcher } from 'undici';
import type { InstanceEndpoints } from '../../domain/instance.ts';
import type { Leg } from '../../ports/engine.ts';
import type { Connections, EngineConnections } from './connections.ts';

/** What happens on one leg, in this order; exactly one of `ended` and `broke` comes last, unless it was aborted. */
export interface LegObserver {
  started(status: number, contentType: string): void;
  data(chunk: Buffer): void;
  ended(): void;
  broke(error: Error): void;
}

export interface OpenLeg {
  readonly instanceId: string;
  /** Nothing more will be observed. */
  readonly over: boolean;
  /** Closes the connection, which is how an engine learns that nobody wants the answer. Nothing is observed afterwards. */
  abort(): void;
  pause(): void;
  resume(): void;
}

interface Target {
  readonly origin: string;
  /** Of the URL's path, without its last slash. */
  readonly base: string;
}

const targets = new WeakMap<InstanceEndpoints, Target>();

const targetOf = (endpoints: InstanceEndpoints): Target => {
  const known = targets.get(endpoints);
  if (known !== undefined) return known;
  const { origin, pathname } = new URL(endpoints.url);
  const target = { origin, base: pathname.replace(/\/+$/, '') };
  targets.set(endpoints, target);
  return target;
};

const CONTENT_TYPE = 'content-type';

/** @param headers names and values in turn, as they came: nobody needs the others as strings */
const contentTypeIn = (headers: readonly Buffer[]): string => {
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i]!;
    if (name.length === CONTENT_TYPE.length && name.toString('latin1').toLowerCase() === CONTENT_TYPE)
      return headers[i + 1]!.toString('latin1');
  }
  return '';
};

const ABORTED = new Error('aborted by the gateway');

/**
 * One leg under way: what undici tells of it, and what may be done to it. The `on...` methods are undici's to call: the
 * older ones, since for the newer ones it makes an object of all headers of every answer, and nobody here reads it.
 */
class RunningLeg implements OpenLeg {
  readonly instanceId: string;
  readonly #observer: LegObserver;
  readonly #connections: Connections;
  readonly #client: Client;
  #over = false;
  #paused = false;
  #resume: (() => void) | null = null;

  constructor(connections: Connections, instanceId: string, observer: LegObserver) {
    this.instanceId = instanceId;
    this.#observer = observer;
    this.#connections = connections;
    this.#client = connections.take();
  }

  send(options: Dispatcher.DispatchOptions): void {
    this.#client.dispatch(options, this);
  }

  get over(): boolean {
    return this.#over;
  }

  abort(): void {
    if (this.#over) return;
    this.#over = true;
    this.#connections.drop(this.#client, ABORTED);
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#resume?.();
  }

  onConnect(): void {
    // Sent; `abort` closes the connection whether or not it was.
  }

  onHeaders(status: number, headers: readonly Buffer[], resume: () => void): boolean {
    this.#resume = resume;
    try {
      if (!this.#over) this.#observer.started(status, contentTypeIn(headers));
    } catch (error) {
      this.#broke(error as Error);
    }
    return !this.#paused;
  }

  onData(chunk: Buffer): boolean {
    try {
      if (!this.#over) this.#observer.data(chunk);
    } catch (error) {
      this.#broke(error as Error);
    }
    return !this.#paused;
  }

  onComplete(): void {
    if (this.#over) return;
    this.#over = true;
    this.#connections.rest(this.#client);
    try {
      this.#observer.ended();
    } catch (error) {
      this.#observer.broke(error as Error);
    }
  }

  onError(error: Error): void {
    if (this.#over) return;
    this.#broke(error);
  }

  /** Whatever goes wrong in reading an answer ends its leg: a request must not hang on it. */
  #broke(error: Error): void {
    this.abort();
    this.#observer.broke(error);
  }
}

/** Posts a leg and reports what comes back as it comes. */
export const openLeg = (engines: EngineConnections, leg: Leg, observer: LegObserver): OpenLeg => {
  const { origin, base } = targetOf(leg.instance.endpoints);
  const running = new RunningLeg(engines.to(origin), leg.instance.id, observer);
  running.send({ path: base + leg.path, method: 'POST', headers: leg.headers, body: leg.body });
  return running;
};
