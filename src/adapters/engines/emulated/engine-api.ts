import type { Role } from '../../../domain/instance.ts';
import type { EmulatedInstance, EmulatedInstanceSpec } from '../../../emulation/types.ts';
import { sendJson, type Handler, type Router } from './http.ts';

/** Nobody knows when the model was made; zero is how the field says so. */
const UNKNOWN_CREATION = 0;

const modelList = (id: string) => ({
  object: 'list',
  data: [{ id, object: 'model', created: UNKNOWN_CREATION, owned_by: 'voltana-emulated' }],
});

const serverInfo = (spec: EmulatedInstanceSpec, bootstrapPort: number | null) => ({
  model_path: spec.model.id,
  tp_size: spec.tp,
  disaggregation_mode: spec.role satisfies Role,
  disaggregation_bootstrap_port: bootstrapPort,
  version: 'voltana-emulated',
});

const loads = (machine: EmulatedInstance) => {
  const load = machine.load();
  const entry = {
    dp_rank: 0,
    num_running_reqs: load.running,
    num_waiting_reqs: load.waiting,
    num_used_tokens: load.kvTokens,
    max_total_num_tokens: load.kvCapacityTokens,
  };
  return { loads: [entry] };
};

/** The engine's own port: SGLang's names, as far as a router needs them. `bootstrapPort` is null on a decode server. */
export const engineRouter = (
  spec: EmulatedInstanceSpec,
  machine: EmulatedInstance,
  bootstrapPort: number | null,
  completions: Handler,
): Router => {
  const answer =
    (body: () => unknown): Handler =>
    (_request, response) =>
      sendJson(response, 200, body());
  const routes: Readonly<Record<string, Handler>> = {
    'GET /health': answer(() => ({ status: 'ok' })),
    'GET /v1/models': answer(() => modelList(spec.model.id)),
    'GET /server_info': answer(() => serverInfo(spec, bootstrapPort)),
    'GET /v1/loads': answer(() => loads(machine)),
    'POST /v1/completions': completions,
  };
  return (method, path) => routes[`${method} ${path}`] ?? null;
};
