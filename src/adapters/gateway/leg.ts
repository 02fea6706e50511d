import type { Agent, Dispatcher } from 'undici';
import type { InstanceEndpoints } from '../../domain/instance.ts';
import type { Leg } from '../../ports/engine.ts';

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

const contentTypeOf = (headers: Readonly<Record<string, string | string[] | undefined>>): string => String(headers['content-type'] ?? '');

const ABORTED = new Error('aborted by the gateway');

/** Posts a leg and reports what comes back as it comes. */
export const openLeg = (agent: Agent, leg: Leg, observer: LegObserver): OpenLeg => {
  let controller: Dispatcher.DispatchController | null = null;
  let over = false;
  const { origin, base } = targetOf(leg.instance.endpoints);
  const options = { origin, path: base + leg.path, method: 'POST', headers: leg.headers, body: leg.body } as const;
  const last = (act: () => void): void => {
    if (over) return;
    over = true;
    act();
  };
  // Whatever goes wrong in reading an answer ends its leg: a request must not hang on it.
  const guarded = (act: () => void): void => {
    try {
      act();
    } catch (error) {
      over = true;
      controller?.abort(ABORTED);
      observer.broke(error as Error);
    }
  };
  agent.dispatch(options, {
    onRequestStart(started) {
      controller = started;
      // Aborted while it still waited for its connection.
      if (over) started.abort(ABORTED);
    },
    onResponseStart(_controller, status, headers) {
      if (!over) guarded(() => observer.started(status, contentTypeOf(headers)));
    },
    onResponseData(_controller, chunk) {
      if (!over) guarded(() => observer.data(chunk));
    },
    onResponseEnd: () => last(() => guarded(() => observer.ended())),
    onResponseError: (_controller, error) => last(() => observer.broke(error)),
  });
  return {
    instanceId: leg.instance.id,
    get over() {
      return over;
    },
    abort: () => last(() => controller?.abort(ABORTED)),
    pause: () => controller?.pause(),
    resume: () => controller?.resume(),
  };
};
