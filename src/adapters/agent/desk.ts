import type { IncomingMessage, ServerResponse } from 'node:http';
import { AGENT_VERBS, pathOf, verbOf, type AgentVerb } from '../../domain/agent-wire.ts';
import { VoltanaError } from '../../domain/errors.ts';
import type { ClockCustodian } from '../../ports/clock-custodian.ts';
import type { Time } from '../../ports/time.ts';
import { sendError, sendResult, type Asked } from './answer.ts';
import { readJson } from './body.ts';
import { assertMay, type Caller } from './caller.ts';
import { checked } from './fields.ts';
import { Refusal } from './refusal.ts';
import { streamTelemetry } from './telemetry.ts';
import { VERBS } from './verbs.ts';

/** Tells who asks. @throws Refusal 401, 403 or 429 */
export type Identify = (request: IncomingMessage) => Caller;
export type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/** Whoever asks more than this at a time is not a gateway of ours. */
const MOST_UNDER_WAY = 256;
/** Never refused for what others ask: they cost nothing, and a lease depends on them. */
const VITAL: readonly AgentVerb[] = ['renew', 'release'];
const MOST_STREAMS = 32;

export interface DeskOptions {
  readonly custodian: ClockCustodian;
  readonly time: Pick<Time, 'nowMs'>;
  /** Somebody was refused for who he is. */
  readonly onRefused: (identity: string, what: string) => void;
}

const busy = (what: string): Refusal => new Refusal(429, new VoltanaError('AGENT_BUSY', what), { 'retry-after': '1' });

const unknownPath = (path: string): VoltanaError =>
  new VoltanaError(
    'UNKNOWN_ID',
    `there is no ${path.slice(0, 100)} here (there are: ${Object.keys(AGENT_VERBS)
      .map((verb) => pathOf(verb as AgentVerb))
      .join(', ')})`,
  );

/** @throws Refusal 404 or 405 */
const verbFor = ({ method, url = '/' }: IncomingMessage): AgentVerb => {
  const path = url.split('?', 1)[0]!;
  const verb = verbOf(path);
  if (verb === null) throw new Refusal(404, unknownPath(path));
  const allowed = AGENT_VERBS[verb].method;
  if (method === allowed) return verb;
  throw new Refusal(405, new VoltanaError('BAD_VALUE', `${path} takes ${allowed}, not ${method}`), { allow: allowed });
};

/** Answers questions: who asks, what, whether he may, whether it makes sense; then the custodian. */
export class Desk {
  readonly #options: DeskOptions;
  readonly #closing = new AbortController();
  #underWay = 0;
  #streams = 0;

  constructor(options: DeskOptions) {
    this.#options = options;
  }

  listener(identify: Identify): Listener {
    return (request, response) => void this.#serve(identify, { request, response, arrivedMs: this.#options.time.nowMs() });
  }

  /** Ends the streams; what else is under way ends by itself. */
  close(): void {
    this.#closing.abort();
  }

  async #serve(identify: Identify, asked: Asked): Promise<void> {
    const { time } = this.#options;
    // Writing to an asker who has just gone is not an error of ours.
    asked.response.on('error', () => undefined);
    try {
      const caller = identify(asked.request);
      await this.#answer(caller, verbFor(asked.request), asked);
    } catch (error) {
      sendError(asked, error, time.nowMs());
    }
  }

  async #answer(caller: Caller, name: AgentVerb, asked: Asked): Promise<void> {
    this.#assertMay(caller, name);
    if (name === 'telemetry') return this.#stream(asked);
    const { custodian, time } = this.#options;
    const { shape, act } = VERBS[name];
    // One that is only half here keeps nobody else waiting.
    const fields = checked(AGENT_VERBS[name].method === 'GET' ? {} : await readJson(asked.request), shape);
    if (this.#underWay >= MOST_UNDER_WAY && !VITAL.includes(name)) throw busy(`the agent already answers ${MOST_UNDER_WAY} questions`);
    this.#underWay += 1;
    try {
      sendResult(asked, await act(custodian, fields, caller), time.nowMs());
    } finally {
      this.#underWay -= 1;
    }
  }

  #assertMay(caller: Caller, name: AgentVerb): void {
    try {
      assertMay(caller, AGENT_VERBS[name].role, name);
    } catch (error) {
      this.#options.onRefused(caller.identity, name);
      throw error;
    }
  }

  async #stream(asked: Asked): Promise<void> {
    const { custodian, time } = this.#options;
    if (this.#streams >= MOST_STREAMS) throw busy(`the agent already serves ${MOST_STREAMS} streams`);
    this.#streams += 1;
    try {
      await streamTelemetry(custodian, asked, () => time.nowMs(), this.#closing.signal);
    } finally {
      this.#streams -= 1;
    }
  }
}
