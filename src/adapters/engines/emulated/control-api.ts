import type { IncomingMessage } from 'node:http';
import type { InstanceLoad } from '../../../emulation/types.ts';
import { HttpError, readJson, sendJson, type Handler, type Router } from './http.ts';
import { parseFaults, type Faults } from './faults.ts';
import type { LeasedGpu } from './gpu.ts';

const MAX_TTL_MS = 3_600_000;
type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = async (request: IncomingMessage): Promise<Fields> => {
  const body = await readJson(request);
  if (typeof body === 'object' && body !== null) return body as Fields;
  throw new HttpError(400, 'the body must be a JSON object');
};

const positive = (fields: Fields, name: string, max = Number.MAX_SAFE_INTEGER): number => {
  const value = fields[name];
  if (typeof value === 'number' && value > 0 && value <= max) return value;
  throw new HttpError(400, `"${name}" must be a number in (0, ${max}]`);
};

const holderOf = (fields: Fields): string => {
  const { holder } = fields;
  if (typeof holder === 'string' && holder !== '') return holder;
  throw new HttpError(400, '"holder" must be a name');
};

/** Answers with what `act` makes of the body. */
const answering =
  (act: (fields: Fields) => unknown): Handler =>
  async (request, response) =>
    sendJson(response, 200, await act(await fieldsOf(request)));

/** What a test may do to the engine's port. */
export interface ControlledPort {
  readonly faults: Faults;
  connections(): Promise<number>;
  /** Of the machine, whatever the dialect tells of it. */
  load(): InstanceLoad;
}

/** The control port: the emulated GPU's driver and sensors, and what a test makes go wrong. */
export const controlRouter = (gpu: LeasedGpu, { faults, connections, load }: ControlledPort): Router => {
  const routes: Readonly<Record<string, Handler>> = {
    'GET /faults': (_request, response) => sendJson(response, 200, faults.now),
    'POST /faults': answering((fields) => {
      faults.set(parseFaults(fields));
      return faults.now;
    }),
    'GET /load': (_request, response) => sendJson(response, 200, load()),
    'GET /connections': async (_request, response) => sendJson(response, 200, { open: await connections() }),
    'GET /gpu': (_request, response) => sendJson(response, 200, gpu.state()),
    'POST /gpu/lease': answering((fields) => ({ token: gpu.acquire(holderOf(fields), positive(fields, 'ttlMs', MAX_TTL_MS)) })),
    'POST /gpu/lease/renew': answering((fields) => {
      gpu.renew(positive(fields, 'token'));
      return {};
    }),
    'POST /gpu/lock': answering((fields) => gpu.lock(positive(fields, 'token'), positive(fields, 'mhz'))),
    'POST /gpu/release': answering((fields) => {
      gpu.release(positive(fields, 'token'));
      return {};
    }),
  };
  return (method, path) => routes[`${method} ${path}`] ?? null;
};
