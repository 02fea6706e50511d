import type { LaunchedInstance } from '../../../domain/instance.ts';
import { checkModel, isAggregated, objectIfAny, withEndpoints, wrong } from '../monitor/answers.ts';
import type { AskInstance, Questions } from '../monitor/questions.ts';
import { sglangGauges } from './gauges.ts';

const NEITHER = 'null';

const roleOf = (instance: LaunchedInstance): string => (isAggregated(instance) ? NEITHER : instance.role);

/** The mode that it says, null for one that says none. */
const modeIn = (info: Readonly<Record<string, unknown>>): string | null => {
  const mode = info['disaggregation_mode'];
  if (mode === null) return NEITHER;
  return typeof mode === 'string' ? mode : null;
};

function checkRole(instance: LaunchedInstance, mode: string | null): void {
  const role = roleOf(instance);
  if (mode === null || mode === role) return;
  const hint = `Start it with --disaggregation-mode ${role}, or correct the role of ${instance.id} in the cluster file.`;
  throw wrong(instance, `runs with --disaggregation-mode ${mode}, not ${role}`, hint);
}

/** Its own word counts: a decode engine that asks at another port waits for minutes. */
function withBootstrapPort(instance: LaunchedInstance, told: unknown): LaunchedInstance {
  if (roleOf(instance) !== 'prefill' || typeof told !== 'number') return instance;
  const { bootstrapPort = told } = instance.endpoints;
  if (bootstrapPort === told) return withEndpoints(instance, { bootstrapPort });
  const hint = `Set bootstrapPort of ${instance.id} to ${told} in the cluster file, or leave it out.`;
  throw wrong(instance, `has its bootstrap server at port ${told}, not ${bootstrapPort}`, hint);
}

const serverInfo = async (ask: AskInstance, instance: LaunchedInstance): Promise<Readonly<Record<string, unknown>>> => {
  const info = (await objectIfAny(ask, instance, '/server_info')) ?? (await objectIfAny(ask, instance, '/get_server_info'));
  return info?.value ?? {};
};

export const sglangQuestions = (servedModel: string | null): Questions => ({
  healthy: async (ask) => (await ask('/health')).status === 200,
  async check(ask, instance) {
    const info = await serverInfo(ask, instance);
    checkRole(instance, modeIn(info));
    await checkModel(ask, instance, servedModel);
    return withBootstrapPort(instance, info['disaggregation_bootstrap_port']);
  },
  gauges: sglangGauges,
});
