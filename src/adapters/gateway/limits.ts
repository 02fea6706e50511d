import type { GatewaySettings } from '../../domain/cluster.ts';

/** Every bound of the gateway, in one place. */
export interface GatewayLimits {
  /** Requests under way at most; more are answered 429. */
  readonly maxInFlight: number;
  readonly maxBodyBytes: number;
  /** From a request's arrival to its first token. */
  readonly firstTokenTimeoutMs: number;
  /** Between two chunks of an answer, while its client reads. */
  readonly stallTimeoutMs: number;
  /** From a request's arrival to its last byte. */
  readonly requestTimeoutMs: number;
  /** How long `close` waits for what is under way when it is asked to drain. */
  readonly drainTimeoutMs: number;
  /** Further attempts while the client has seen nothing. */
  readonly retries: number;
  /** Wait before the first of them, doubled for each further one, plus or minus half of it. */
  readonly backoffMs: number;
  /** Of an engine's JSON answer, of one event, and of an answer put together for a client that does not stream. */
  readonly maxAnswerBytes: number;
  readonly connectTimeoutMs: number;
  /** A client has this long to send its header, and this long to send all of its request: slow ones hold sockets, not requests. */
  readonly headersTimeoutMs: number;
  readonly receiveTimeoutMs: number;
  readonly maxHeaderBytes: number;
  /** Longer than clients keep an idle connection, so that the gateway is never the one that closes it under a request. */
  readonly keepAliveMs: number;
}

const MIB = 1024 * 1024;

export const LIMITS: GatewayLimits = {
  maxInFlight: 8192,
  maxBodyBytes: 32 * MIB,
  // A request may queue for long, but an engine that says nothing for this long has lost it.
  firstTokenTimeoutMs: 600_000,
  stallTimeoutMs: 60_000,
  requestTimeoutMs: 3_600_000,
  drainTimeoutMs: 30_000,
  retries: 3,
  backoffMs: 20,
  maxAnswerBytes: 32 * MIB,
  connectTimeoutMs: 5000,
  headersTimeoutMs: 15_000,
  receiveTimeoutMs: 120_000,
  maxHeaderBytes: 16 * 1024,
  keepAliveMs: 65_000,
};

const MS_PER_S = 1000;
const ms = (seconds: number | undefined): number | undefined => (seconds === undefined ? undefined : seconds * MS_PER_S);

/** What a cluster file says of them. */
export const limitsOf = (settings: Partial<GatewaySettings>): Partial<GatewayLimits> => {
  const said = {
    maxInFlight: settings.maxInFlight,
    maxBodyBytes: settings.maxBodyBytes,
    firstTokenTimeoutMs: ms(settings.firstTokenTimeoutS),
    stallTimeoutMs: ms(settings.stallTimeoutS),
    requestTimeoutMs: ms(settings.requestTimeoutS),
    drainTimeoutMs: ms(settings.drainTimeoutS),
    retries: settings.retries,
  };
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
};
