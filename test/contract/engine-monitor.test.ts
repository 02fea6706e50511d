import { createMonitor, type MonitoredCluster } from '../../src/adapters/engines/monitors.ts';
import type { EngineSettings } from '../../src/domain/cluster.ts';
import { LLAMA_CPP_METRICS, models, SGLANG_LOADS, SGLANG_METRICS, TRTLLM_METRICS, VLLM_METRICS } from '../fixtures/engines/answers.ts';
import { engineMonitorContract } from './engine-monitor.ts';

const create = (engine: EngineSettings) => () => {
  const cluster: MonitoredCluster = {
    engine,
    model: 'llama-3.1-8b',
    launcher: { kind: 'local' },
    instances: [{ id: 'a1', role: 'prefill', gpus: ['GPU-1', 'GPU-2'], sidePort: 5700 }],
  };
  return createMonitor(cluster, { answerTimeoutMs: 150, pollMs: 5 });
};
const none = () => ({});
const wrongModel = { 'it serves another model': { routes: { '/v1/models': models('other') }, says: /serves "other" instead of "m"/ } };

engineMonitorContract('sglang', () => ({
  create: create({ kind: 'sglang', model: 'm' }),
  routes: (role) => ({
    '/health': 200,
    '/v1/models': models('m'),
    '/server_info': { disaggregation_mode: role, disaggregation_bootstrap_port: 8998, version: '0.5' },
    '/v1/loads': SGLANG_LOADS,
    '/metrics': SGLANG_METRICS,
  }),
  wrong: {
    ...wrongModel,
    'it is a decode engine': {
      routes: { '/server_info': { disaggregation_mode: 'decode' } },
      says: /--disaggregation-mode decode, not prefill/,
    },
    'it does both phases': { routes: { '/server_info': { disaggregation_mode: null } }, says: /--disaggregation-mode null, not prefill/ },
    'it is a prefill engine': { routes: {}, says: /--disaggregation-mode prefill, not decode/, role: 'decode' },
  },
  endpoints: () => ({ bootstrapPort: 8998 }),
  gauges: { running: 4, waiting: 2, kvTokens: 1500, kvUsage: 1500 / 8000, promptTokensTotal: 70_000, generatedTokensTotal: 9000 },
  gaugePaths: ['/v1/loads', '/metrics'],
}));

const vllmGauges = { running: 6, waiting: 3, kvUsage: 0.375, kvTokens: 1200, promptTokensTotal: 1_200_000, generatedTokensTotal: 34_567 };
const vllmRoutes = () => ({ '/health': 200, '/v1/models': models('m'), '/metrics': VLLM_METRICS });

engineMonitorContract('vllm, pull', () => ({
  create: create({ kind: 'vllm', model: '/models/m', servedModel: 'm' }),
  routes: vllmRoutes,
  wrong: wrongModel,
  endpoints: none,
  gauges: vllmGauges,
  gaugePaths: ['/metrics'],
}));

engineMonitorContract('vllm, push', () => ({
  create: create({ kind: 'vllm', protocol: 'nixl-push', model: 'm' }),
  routes: vllmRoutes,
  wrong: wrongModel,
  endpoints: () => ({ facts: { engineId: '"a1"', kvHost: '"127.0.0.1"', kvPort: '5700', tpSize: '2', ppSize: '1' } }),
  gauges: vllmGauges,
  gaugePaths: ['/metrics'],
}));

engineMonitorContract('trtllm, context first', () => ({
  create: create({ kind: 'trtllm', model: '/models/m/' }),
  routes: () => ({ '/health': 200, '/v1/models': models('m'), '/prometheus/metrics': TRTLLM_METRICS }),
  wrong: { 'it serves another model': { ...wrongModel['it serves another model'], says: /serves "other" instead of "\/models\/m\/"/ } },
  endpoints: none,
  gauges: { running: 6, waiting: 1, kvUsage: 0.125, kvTokens: 1600, promptTokensTotal: 100, generatedTokensTotal: 200 },
  gaugePaths: ['/prometheus/metrics'],
}));

const TOLD = '{"ctx_info_endpoint":["tcp://h:1"],"ctx_dp_rank":0,"big":9223372036854775807}';

engineMonitorContract('trtllm, generation first', () => ({
  create: create({ kind: 'trtllm', protocol: 'generation-first', model: 'm' }),
  routes: () => ({
    '/health': 200,
    '/v1/models': models('m'),
    '/server_info': `{"x":1,"disaggregated_params": ${TOLD} }`,
    '/prometheus/metrics': TRTLLM_METRICS,
  }),
  wrong: {
    ...wrongModel,
    'it cannot be waited for': { routes: { '/server_info': { disaggregated_params: {} } }, says: /disaggregated_params/ },
    'it is too old to be waited for': { routes: { '/server_info': 404 }, says: /disaggregated_params/ },
  },
  endpoints: () => ({ facts: { disaggregatedParams: TOLD } }),
  gauges: { running: 6, waiting: 1, kvUsage: 0.125, kvTokens: 1600, promptTokensTotal: 100, generatedTokensTotal: 200 },
  gaugePaths: ['/prometheus/metrics'],
}));

engineMonitorContract('openai', () => ({
  create: create({ kind: 'openai', servedModel: 'm' }),
  routes: () => ({ '/health': 200, '/v1/models': models('m'), '/metrics': LLAMA_CPP_METRICS }),
  wrong: wrongModel,
  endpoints: none,
  gauges: { running: 1, waiting: 2, kvUsage: null, kvTokens: null, promptTokensTotal: 12, generatedTokensTotal: 34 },
  gaugePaths: [],
}));
