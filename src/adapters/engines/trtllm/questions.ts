import type { LaunchedInstance } from '../../../domain/instance.ts';
import { RawObject } from '../../../domain/raw-json.ts';
import { checkModel, isAggregated, objectIfAny, withFacts, wrong } from '../monitor/answers.ts';
import type { AskInstance, Questions } from '../monitor/questions.ts';
import type { TrtllmProtocol } from './dialect.ts';
import { trtllmGauges } from './gauges.ts';

/** It names a model in a folder after that folder. */
const isSameModel = (id: string, name: string): boolean => id === name || id === name.replace(/\/+$/, '').split('/').at(-1);

const isObject = (raw: string | null): raw is string => raw !== null && raw.startsWith('{') && RawObject.parse(raw).text !== '{}';

async function disaggregatedParams(ask: AskInstance, instance: LaunchedInstance): Promise<string> {
  const info = await objectIfAny(ask, instance, '/server_info');
  const params = info?.raw('disaggregated_params') ?? null;
  if (isObject(params)) return params;
  const hint =
    'generation-first needs a context worker with transceiver_runtime: PYTHON in its cache_transceiver_config; or set engine.protocol to context-first.';
  throw wrong(instance, 'does not tell its disaggregated_params at /server_info', hint);
}

export const trtllmQuestions = (servedModel: string | null, protocol: TrtllmProtocol): Questions => ({
  healthy: async (ask) => (await ask('/health')).status === 200,
  async check(ask, instance) {
    await checkModel(ask, instance, servedModel, isSameModel);
    if (protocol !== 'generation-first' || instance.role !== 'prefill' || isAggregated(instance)) return instance;
    return withFacts(instance, { disaggregatedParams: await disaggregatedParams(ask, instance) });
  },
  gauges: trtllmGauges,
});
