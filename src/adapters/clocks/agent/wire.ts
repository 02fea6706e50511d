import { buildConnector, Pool } from 'undici';
import { AGENT_VERBS, errorOfBody, pathOf, type AgentAnswer, type AgentTimes, type AgentVerb } from '../../../domain/agent-wire.ts';
import type { Time } from '../../../ports/time.ts';
import { RemoteClock } from '../../../statistics/remote-clock.ts';
import type { AgentAddress } from './address.ts';
import { readTls, readToken, type AgentCredentials } from './credentials.ts';
import { failureOf, notAnAgent } from './failure.ts';
import { assertTrustedSocket } from './socket-trust.ts';

const TIMEOUT_MS = 2000;
/** The first question after a while opens the driver, which takes seconds on a node with many devices and no persistence. */
const SLOW_TIMEOUT_MS = 10_000;
const SLOW: readonly AgentVerb[] = ['status', 'supported', 'acquire', 'restore', 'drain', 'resume'];
/** Shorter than the agent keeps an idle connection. */
const KEEP_ALIVE_MS = 30_000;

const connectorFor = (address: AgentAddress, credentials: AgentCredentials): buildConnector.connector => {
  if (address.kind === 'https') return buildConnector({ timeout: TIMEOUT_MS, ...readTls(credentials) });
  const connect = buildConnector({ timeout: TIMEOUT_MS, socketPath: address.path });
  return (options, callback) => {
    assertTrustedSocket(address.path).then(
      () => connect(options, callback),
      (error: Error) => callback(error, null),
    );
  };
};

const isTimed = (body: unknown): body is AgentAnswer<unknown> =>
  typeof body === 'object' && body !== null && typeof (body as Partial<AgentTimes>).nowMs === 'number';

/** Asks one agent, over connections that stay open, and keeps its clock. */
export class AgentWire {
  readonly address: string;
  readonly clock = new RemoteClock();
  readonly #pool: Pool;
  readonly #time: Pick<Time, 'nowMs'>;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(address: AgentAddress, credentials: AgentCredentials, time: Pick<Time, 'nowMs'>) {
    this.address = address.kind === 'unix' ? `unix:${address.path}` : address.origin;
    this.#time = time;
    const token = readToken(credentials.tokenFile);
    this.#headers = { 'content-type': 'application/json', ...(token === null ? {} : { authorization: `Bearer ${token}` }) };
    this.#pool = new Pool(address.kind === 'unix' ? 'http://agent' : address.origin, {
      connect: connectorFor(address, credentials),
      keepAliveTimeout: KEEP_ALIVE_MS,
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
    });
  }

  /** @throws VoltanaError NO_AGENT, NOT_PERMITTED, or what the agent has thrown */
  async ask<Result>(verb: AgentVerb, body: object = {}): Promise<Result> {
    const { method } = AGENT_VERBS[verb];
    const content = method === 'POST' ? { body: JSON.stringify(body) } : {};
    const timeoutMs = SLOW.includes(verb) ? SLOW_TIMEOUT_MS : TIMEOUT_MS;
    const sentMs = this.#time.nowMs();
    const { status, said } = await this.#request(verb, { method, ...content, headersTimeout: timeoutMs });
    const receivedMs = this.#time.nowMs();
    const error = this.#errorIn(said);
    if (error !== null) throw error;
    if (!isTimed(said) || !('result' in said)) throw notAnAgent(this.address, status);
    this.clock.observe(said.arrivedMs, said.nowMs, sentMs, receivedMs);
    return said.result as Result;
  }

  /** The bytes of a stream of lines, until its end or the signal. @throws VoltanaError as `ask` does */
  async *stream(query: string, signal: AbortSignal, silenceMs: number): AsyncIterable<Buffer> {
    try {
      const path = `${pathOf('telemetry')}?${query}`;
      const answer = await this.#pool.request({
        path,
        method: 'GET',
        headers: this.#headers,
        signal,
        bodyTimeout: silenceMs,
        headersTimeout: SLOW_TIMEOUT_MS,
      });
      if (answer.statusCode === 200) yield* answer.body as AsyncIterable<Buffer>;
      else throw this.#errorIn(await answer.body.json()) ?? notAnAgent(this.address, answer.statusCode);
    } catch (error) {
      if (!signal.aborted) throw failureOf(this.address, error);
    }
  }

  nowMs(): number {
    return this.#time.nowMs();
  }

  close(): Promise<void> {
    return this.#pool.destroy();
  }

  async #request(verb: AgentVerb, options: object): Promise<{ readonly status: number; readonly said: unknown }> {
    try {
      const answer = await this.#pool.request({ path: pathOf(verb), method: 'GET', headers: this.#headers, ...options });
      const text = await answer.body.text();
      return { status: answer.statusCode, said: this.#parsed(text, answer.statusCode) };
    } catch (error) {
      throw failureOf(this.address, error);
    }
  }

  #parsed(text: string, status: number): unknown {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      throw notAnAgent(this.address, status);
    }
  }

  #errorIn(said: unknown): Error | null {
    return typeof said === 'object' && said !== null && 'error' in said ? errorOfBody(said.error) : null;
  }
}
