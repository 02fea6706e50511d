import type { IncomingMessage, ServerResponse } from 'node:http';
import { SHAPES } from './api/index.ts';
import { ApiError, apiErrorOf } from './api-error.ts';
import { DEFAULT_TENANT, type ApiKeys } from './api-keys.ts';
import type { Completions } from './completions.ts';
import { sendApiError, sendJson } from './http.ts';
import { unknownModel } from './intake.ts';
import { checkOrder } from './operators.ts';
import type { GatewayOptions, Handler } from './options.ts';

export interface RoutesOptions {
  readonly options: GatewayOptions;
  readonly completions: Completions;
  readonly keys: ApiKeys | null;
  draining(): boolean;
}

interface Route {
  readonly method: 'GET' | 'POST';
  /** Answers without a key: load balancers have none. */
  readonly open?: boolean;
  run(request: IncomingMessage, response: ServerResponse, tenant: string): void | Promise<void>;
}

const MODELS = '/v1/models';
const READ_ANYWAY_BYTES = 1024 * 1024;

const modelOf = (id: string): object => ({ id, object: 'model', created: 0, owned_by: 'voltana' });

const get = (run: Handler, open = false): Route => ({ method: 'GET', open, run: (request, response) => run(request, response) });

const builtIn = ({ options, draining }: RoutesOptions): Record<string, Route> => {
  const { dispatcher, models = [] } = options;
  return {
    [MODELS]: get((_request, response) => sendJson(response, 200, { object: 'list', data: models.map(modelOf) })),
    '/health': get((_request, response) => {
      if (draining()) sendJson(response, 503, { status: 'draining' });
      else sendJson(response, 200, { status: 'ok' });
    }, true),
    '/voltana/snapshot': get((_request, response) => sendJson(response, 200, dispatcher.snapshot())),
  };
};

const routesOf = (all: RoutesOptions): ReadonlyMap<string, Route> => {
  const { options, completions } = all;
  const extra = Object.entries(options.extra ?? {}).map(([path, run]) => [path, get(run)] as const);
  const apis = options.dialect.paths.map((path) => {
    const run: Route['run'] = (request, response, tenant) => completions.handle(request, response, SHAPES[path], tenant);
    return [path, { method: 'POST', run }] as const;
  });
  return new Map<string, Route>([...Object.entries(builtIn(all)), ...extra, ...apis]);
};

const ordersOf = ({ options }: RoutesOptions): ReadonlyMap<string, Route> => {
  const order =
    (take: Handler): Route['run'] =>
    (request, response, tenant) => {
      checkOrder(request, tenant);
      return take(request, response);
    };
  return new Map(Object.entries(options.orders ?? {}).map(([path, take]) => [path, { method: 'POST', run: order(take) }] as const));
};

const pathOf = (url: string): string => {
  const query = url.indexOf('?');
  return query === -1 ? url : url.slice(0, query);
};

const decodedPart = (part: string): string => {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
};

/** `/v1/models/NAME`, where names have slashes. */
const oneModel = (path: string, models: readonly string[]): Route | undefined => {
  if (!path.startsWith(`${MODELS}/`)) return undefined;
  const id = decodedPart(path.slice(MODELS.length + 1));
  return get((_request, response) => {
    if (!models.includes(id)) throw unknownModel(id);
    sendJson(response, 200, modelOf(id));
  });
};

const ignore = (): void => undefined;

const isAllowed = (method: string | undefined, route: Route): boolean =>
  method === route.method || (method === 'HEAD' && route.method === 'GET');

/** A body of usual size is read and dropped, so that its sender sees the refusal; others cost their sender the connection. */
const refuse = (request: IncomingMessage, response: ServerResponse, error: ApiError): void => {
  const bodyBytes = Number(request.headers['content-length'] ?? Infinity);
  if (!request.complete && !response.headersSent && bodyBytes > READ_ANYWAY_BYTES) response.setHeader('connection', 'close');
  sendApiError(response, error);
};

/** Finds the handler of each request, checks its key, and turns whatever is thrown into an answer. */
export const createRouter = (all: RoutesOptions): ((request: IncomingMessage, response: ServerResponse) => Promise<void>) => {
  const { options, keys } = all;
  const routes = routesOf(all);
  const orders = ordersOf(all);
  const dispatch = (request: IncomingMessage, response: ServerResponse): void | Promise<void> => {
    const path = pathOf(request.url ?? '/');
    const order = orders.get(path);
    const route = (request.method === 'POST' ? order : undefined) ?? routes.get(path) ?? oneModel(path, options.models ?? []);
    const tenant = keys === null || route?.open === true ? DEFAULT_TENANT : keys.tenantOf(request.headers.authorization);
    if (route === undefined) throw new ApiError(404, `there is no ${path.slice(0, 200)} here`, { code: 'not_found' });
    if (!isAllowed(request.method, route)) {
      response.setHeader('allow', order === undefined ? route.method : `${route.method}, ${order.method}`);
      throw new ApiError(405, `${path} does not take ${request.method}`, { code: 'method_not_allowed' });
    }
    return route.run(request, response, tenant);
  };
  return async (request, response) => {
    // Writing to a client that has just gone is not an error of ours; its 'close' event tells the rest.
    response.on('error', ignore);
    request.on('error', ignore);
    try {
      await dispatch(request, response);
    } catch (error) {
      // A client that left while it was sending is owed nothing.
      if (response.destroyed) return;
      const refusal = apiErrorOf(error);
      if (request.method === 'POST') options.listener?.rejected(refusal.status);
      refuse(request, response, refusal);
    }
  };
};
