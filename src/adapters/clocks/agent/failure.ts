import { VoltanaError } from '../../../domain/errors.ts';

const NOT_SEEN = 'Start it on that node (sudo voltana agent), or name its right address with control.agents or --agent.';

const CERTIFICATE_WANTED =
  'It may want a certificate: give one that its CA has signed, with its key (--cert-file, --key-file). Otherwise look at its log.';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such socket',
  ECONNREFUSED: 'nobody listens there',
  ECONNRESET: 'it has closed the connection',
  UND_ERR_SOCKET: 'it has closed the connection',
  UND_ERR_HEADERS_TIMEOUT: 'it has not answered in time',
  UND_ERR_BODY_TIMEOUT: 'its answer has stopped',
  UND_ERR_CONNECT_TIMEOUT: 'it cannot be reached in time',
  ENOTFOUND: 'there is no such host',
  EHOSTUNREACH: 'its host cannot be reached',
  ETIMEDOUT: 'it cannot be reached in time',
};

/** What says that the other side, or we, could not be believed. */
const UNTRUSTED = /CERT|SELF_SIGNED|UNABLE_TO_|ALTNAME/;
const REFUSED_CLIENT = /ALERT_(CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNKNOWN_CA|CERTIFICATE_UNKNOWN|CERTIFICATE_EXPIRED)/;

/** Of our own files: OpenSSL looks at them before anything is sent. */
const OWN_FILES = /^ERR_OSSL_/;
/** How a connection over TLS 1.3 ends when the other side misses our certificate; so may one that nobody has refused. */
const CLOSED = /^(ECONNRESET|UND_ERR_SOCKET)$/;

const codeOf = (error: unknown): string => {
  const { code, cause } = error as { readonly code?: unknown; readonly cause?: unknown };
  if (typeof code === 'string') return code;
  return typeof cause === 'object' && cause !== null ? codeOf(cause) : '';
};

const forbidden = (address: string, cause: unknown): VoltanaError =>
  new VoltanaError('NOT_PERMITTED', `the agent's socket ${address} may not be used by this user`, {
    cause,
    hint: 'Join the group that the agent was given (listen.socket.group; sudo usermod -aG GROUP USER, then log in again), or ask as root.',
  });

const unusable = (address: string, cause: unknown): VoltanaError =>
  new VoltanaError('FILE_MALFORMED', `the certificates or the key to ask ${address} with cannot be used: ${(cause as Error).message}`, {
    cause,
    hint: 'Give PEM files: a certificate and the key that belongs to it (--cert-file, --key-file), and the CA (--ca-file).',
  });

/** What went wrong on the way to an agent or back. */
export const failureOf = (address: string, cause: unknown): VoltanaError => {
  if (cause instanceof VoltanaError) return cause;
  const code = codeOf(cause);
  if (code === 'EACCES' || code === 'EPERM') return forbidden(address, cause);
  if (OWN_FILES.test(code)) return unusable(address, cause);
  if (REFUSED_CLIENT.test(code)) {
    return new VoltanaError('NOT_PERMITTED', `the agent at ${address} does not accept this client's certificate`, {
      cause,
      hint: 'Give one that the CA of the agent has signed, with its key (--cert-file, --key-file).',
    });
  }
  if (UNTRUSTED.test(code)) {
    return new VoltanaError(
      'NOT_PERMITTED',
      `the certificate of the agent at ${address} is not to be believed: ${(cause as Error).message}`,
      {
        cause,
        hint: 'Give the CA that has signed it (--ca-file), and ask by a name that the certificate has.',
      },
    );
  }
  return new VoltanaError('NO_AGENT', `no agent answers at ${address}: ${REASONS[code] ?? (cause as Error).message}`, {
    cause,
    hint: address.startsWith('https:') && CLOSED.test(code) ? CERTIFICATE_WANTED : NOT_SEEN,
  });
};

export const notAnAgent = (address: string, status: number): VoltanaError =>
  new VoltanaError('NO_AGENT', `what answers at ${address} (status ${status}) is no voltana agent`, { hint: NOT_SEEN });
