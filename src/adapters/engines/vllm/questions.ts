import type { ClusterInstance } from '../../../domain/cluster.ts';
import type { LaunchedInstance } from '../../../domain/instance.ts';
import { rawAt, type RawObject } from '../../../domain/raw-json.ts';
import { checkModel, isAggregated, objectAt, withFacts } from '../monitor/answers.ts';
import type { AskInstance, Questions } from '../monitor/questions.ts';
import type { VllmProtocol } from './dialect.ts';
import { pushFacts } from './facts.ts';
import { vllmGauges } from './gauges.ts';
import { mooncakeUrl } from './mooncake.ts';

/** Engine ids by data-parallel rank, as they are written. */
function engineIds(answer: RawObject): string {
  const ids = Object.keys(answer.value).flatMap((rank) => {
    const id = rawAt(answer.text, [rank, 'engine_id']);
    return id === null || !/^["\d]/.test(id) ? [] : [`${JSON.stringify(rank)}:${id}`];
  });
  if (ids.length === 0) throw new Error('its Mooncake bootstrap server told of no engine id');
  return `{${ids.join(',')}}`;
}

const hostOf = (url: string): string => new URL(url).hostname.replace(/^\[|\]$/g, '');

async function factsOf(
  ask: AskInstance,
  instance: LaunchedInstance,
  protocol: VllmProtocol,
  settings: ClusterInstance | undefined,
): Promise<Readonly<Record<string, string>>> {
  if (isAggregated(instance) || instance.role !== 'prefill') return {};
  if (protocol === 'nixl-push') {
    // What its launcher told counts: it chose the ports. Where it runs is certain only now.
    const told = instance.endpoints.facts ?? (settings === undefined ? {} : pushFacts(settings));
    return { ...told, kvHost: JSON.stringify(hostOf(instance.endpoints.url)) };
  }
  if (protocol === 'mooncake') return { engineIds: engineIds(await objectAt(ask, instance, `${mooncakeUrl(instance.endpoints)}/query`)) };
  return {};
}

/** Roles are told with each request, so there is none to check. */
export const vllmQuestions = (servedModel: string | null, protocol: VllmProtocol, instances: readonly ClusterInstance[]): Questions => ({
  healthy: async (ask) => (await ask('/health')).status === 200,
  async check(ask, instance) {
    await checkModel(ask, instance, servedModel);
    const settings = instances.find(({ id }) => id === instance.id);
    const facts = await factsOf(ask, instance, protocol, settings);
    return Object.keys(facts).length === 0 ? instance : withFacts(instance, facts);
  },
  gauges: vllmGauges,
});
