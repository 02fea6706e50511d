import type { Agent, Dispatcher } from 'undici';
import type { Leg } from '../../ports/engine.ts';

/** What happens on one leg, in this order; exactly one of `ended` and `broke` comes last, unless it was aborted. */
export interface LegObserver {
  started(status: number, contentType: string): void;
  data(chunk: Buffer): void;
  ended(): void;
  broke(error: Error): void;
}

export interface OpenLeg {
  /** Closes the connection, which is how an engine learns that nobody wants the answer. Nothing is observed afterwards. */
  abort(): void;
  pause(): void;
  resume(): void;
}

const contentTypeOf = (headers: Readonly<Record<string, string | string[] | undefined>>): string => String(headers['content-type'] ?? '');

/** Posts a leg and reports what comes back as it comes. */
export const openLeg = (agent: Agent, leg: Leg, observer: LegObserver): OpenLeg => {
  let controller: Dispatcher.DispatchController | null = null;
  let over = false;
  const aborted = new Error('aborted by the gateway');
  const observe = (act: () => void, last = false): void => {
    if (over) return;
    over = last;
    act();
  };
  const options = {
    origin: new URL(leg.instance.endpoints.url).origin,
    path: leg.path,
    method: 'POST',
    headers: leg.headers,
    body: leg.body,
  } as const;
  agent.dispatch(options, {
    onRequestStart(started) {
      controller = started;
      // Aborted while it still waited for its connection.
      if (over) started.abort(aborted);
    },
    onResponseStart: (_controller, status, headers) => observe(() => observer.started(status, contentTypeOf(headers))),
    onResponseData: (_controller, chunk) => observe(() => observer.data(chunk)),
    onResponseEnd: () => observe(() => observer.ended(), true),
    onResponseError: (_controller, error) => observe(() => observer.broke(error), true),
  });
  return {
    abort() {
      if (over) return;
      over = true;
      controller?.abort(aborted);
    },
    pause: () => controller?.pause(),
    resume: () => controller?.resume(),
  };
};
