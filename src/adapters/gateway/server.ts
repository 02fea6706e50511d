import type { Server } from 'node:http';
import { readApiKeys } from './api-keys.ts';
import { Completions } from './completions.ts';
import { EngineConnections } from './connections.ts';
import { LIMITS } from './limits.ts';
import { closeServer, listen, makeServer } from './listen.ts';
import type { Gateway, GatewayOptions } from './options.ts';
import { createPromptEstimator } from './prompt-estimate.ts';
import { createRouter } from './routes.ts';
import { Watchdog } from './watchdog.ts';

export type { Gateway, GatewayOptions } from './options.ts';

/** How often a drain looks whether anything is left. */
const DRAIN_LOOK_MS = 20;

/** What is left open after a drain gets its last words out, but waits for nobody. */
const FAREWELL_MS = 100;

interface Parts {
  readonly server: Server;
  readonly engines: EngineConnections;
  readonly watchdog: Watchdog;
  readonly options: GatewayOptions;
}

/** Ends the gateway once, however often it is asked. */
class Ending {
  readonly #parts: Parts;
  #untilMs = Infinity;
  #ended: Promise<void> | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  within(graceMs: number): Promise<void> {
    this.#untilMs = Math.min(this.#untilMs, this.#parts.options.time.nowMs() + graceMs);
    this.#ended ??= this.#end();
    return this.#ended;
  }

  async #end(): Promise<void> {
    const { server, engines, watchdog, options } = this.#parts;
    while (watchdog.size > 0 && options.time.nowMs() < this.#untilMs) await options.time.sleep(DRAIN_LOOK_MS);
    const told = watchdog.size > 0;
    watchdog.cut();
    server.close();
    server.closeIdleConnections();
    if (told) await options.time.sleep(FAREWELL_MS);
    await closeServer(server);
    await engines.destroy();
  }
}

/**
 * The data plane: an OpenAI-compatible front of a P/D cluster.
 * @throws VoltanaError PORT_TAKEN, BAD_VALUE for a host that is not this machine's, FILE_UNREADABLE or FILE_MALFORMED for keys and certificates
 */
export const startGateway = async (options: GatewayOptions): Promise<Gateway> => {
  const limits = { ...LIMITS, ...options.limits };
  const keys = options.apiKeysFile === undefined ? null : await readApiKeys(options.apiKeysFile);
  const estimator = options.estimator ?? createPromptEstimator(options.bytesPerToken);
  const watchdog = new Watchdog(options.time, limits);
  const engines = new EngineConnections(limits.connectTimeoutMs);
  let isDraining = false;
  const draining = (): boolean => isDraining;
  const { dialect, dispatcher, time } = options;
  const context = { engines, dialect, dispatcher, time, limits, linger: watchdog.linger.bind(watchdog) };
  const completions = new Completions({ options, context, estimator, watchdog, ownKeys: keys !== null, draining });
  const route = createRouter({ options, completions, keys, draining });
  const server = await makeServer(limits, options.tls, (request, response) => void route(request, response));
  const url = await listen(server, options.host, options.port, options.tls === undefined ? 'http' : 'https');
  const ending = new Ending({ server, engines, watchdog, options });
  return {
    url,
    get inFlight() {
      return watchdog.size;
    },
    estimates: () => estimator.quality(),
    close(graceMs = 0) {
      isDraining = true;
      return ending.within(graceMs);
    },
  };
};
