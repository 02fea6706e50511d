import { ERRORS, VoltanaError, type ErrorCode } from './errors.ts';

/** What the agent and its clients say to each other, as HTTP with JSON. */

/** Who may ask for what: an operator may do all that a holder may. */
export type AgentRole = 'holder' | 'operator';

export type AgentVerb =
  'status' | 'supported' | 'acquire' | 'renew' | 'lock' | 'limit-power' | 'release' | 'read' | 'telemetry' | 'restore' | 'drain' | 'resume';

export interface VerbRules {
  readonly method: 'GET' | 'POST';
  readonly role: AgentRole;
}

export const AGENT_VERBS: Readonly<Record<AgentVerb, VerbRules>> = {
  status: { method: 'GET', role: 'holder' },
  supported: { method: 'POST', role: 'holder' },
  acquire: { method: 'POST', role: 'holder' },
  renew: { method: 'POST', role: 'holder' },
  lock: { method: 'POST', role: 'holder' },
  'limit-power': { method: 'POST', role: 'holder' },
  release: { method: 'POST', role: 'holder' },
  read: { method: 'POST', role: 'holder' },
  telemetry: { method: 'GET', role: 'holder' },
  restore: { method: 'POST', role: 'operator' },
  drain: { method: 'POST', role: 'operator' },
  resume: { method: 'POST', role: 'operator' },
};

const PREFIX = '/v1/';

export const pathOf = (verb: AgentVerb): string => PREFIX + verb;

export const verbOf = (path: string): AgentVerb | null => {
  const name = path.slice(PREFIX.length);
  return path.startsWith(PREFIX) && Object.hasOwn(AGENT_VERBS, name) ? (name as AgentVerb) : null;
};

/** Two moments of the agent's monotonic clock, in ms: with its own two, a client knows how far apart the clocks are. */
export interface AgentTimes {
  /** When the question had come. */
  readonly arrivedMs: number;
  /** When the answer left. */
  readonly nowMs: number;
}

export interface AgentErrorBody {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
}

export type AgentAnswer<Result> = AgentTimes & ({ readonly result: Result } | { readonly error: AgentErrorBody });

/** Where an agent listens when nothing else is said. */
export const AGENT_SOCKET = '/run/voltana/agent.sock';

export const errorBodyOf = ({ code, message, hint }: VoltanaError): AgentErrorBody => ({ code, message, hint });

/** The same error on the other side, without its stack; null for what is none. */
export const errorOfBody = (body: unknown): VoltanaError | null => {
  const { code, message, hint } = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  if (typeof code !== 'string' || !Object.hasOwn(ERRORS, code) || typeof message !== 'string') return null;
  return new VoltanaError(code as ErrorCode, message, typeof hint === 'string' ? { hint } : {});
};
