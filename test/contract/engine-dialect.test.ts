import { createDialect } from '../../src/adapters/engines/dialects.ts';
import type { EngineSettings } from '../../src/domain/cluster.ts';
import type { LaunchedInstance } from '../../src/domain/instance.ts';
import { rawAt } from '../../src/domain/raw-json.ts';
import type { Leg } from '../../src/ports/engine.ts';
import { createRandom } from '../../src/statistics/random.ts';
import { engineDialectContract, type EngineDialectSubject } from './engine-dialect.ts';

const facts = {
  engineId: '"p0"',
  kvHost: '"10.0.0.1"',
  kvPort: '5600',
  tpSize: '1',
  ppSize: '1',
  engineIds: '{"0":"e-0","1":"e-1"}',
  disaggregatedParams: '{"ctx_info_endpoint":["tcp://10.0.0.1:7000"],"ctx_dp_rank":18446744073709551615}',
};
const prefill: LaunchedInstance = {
  id: 'p0',
  role: 'prefill',
  gpuCount: 1,
  endpoints: { url: 'http://10.0.0.1:30000', bootstrapHost: '10.0.0.1', bootstrapPort: 8998, facts },
};
const decode: LaunchedInstance = { id: 'd0', role: 'decode', gpuCount: 1, endpoints: { url: 'http://10.0.0.2:30001' } };

const subject = (
  engine: EngineSettings,
  rest: Pick<EngineDialectSubject, 'meetingPoint' | 'ownKeys' | 'answer'>,
): EngineDialectSubject => ({
  create: () => createDialect(engine, createRandom(1).fork('rooms')),
  prefill,
  decode,
  ...rest,
});
const at =
  (...path: string[]) =>
  (leg: Leg): string =>
    rawAt(leg.body, path) ?? 'nowhere';

engineDialectContract('sglang', () =>
  subject(
    { kind: 'sglang' },
    {
      ownKeys: ['bootstrap_host', 'bootstrap_port', 'bootstrap_room'],
      meetingPoint: (leg) => ['bootstrap_host', 'bootstrap_port', 'bootstrap_room'].map((key) => at(key)(leg)).join(' '),
    },
  ),
);
engineDialectContract('vllm, pull', () =>
  subject(
    { kind: 'vllm' },
    {
      ownKeys: ['kv_transfer_params'],
      meetingPoint: ({ headers }) => headers['x-request-id'] ?? 'nowhere',
      answer: ({ headers }) =>
        `{"choices":[{"text":" a"}],"kv_transfer_params":{"do_remote_prefill":true,"remote_block_ids":[1],"remote_request_id":"cmpl-${headers['x-request-id']}"}}`,
    },
  ),
);
engineDialectContract('vllm, push', () =>
  subject(
    { kind: 'vllm', protocol: 'nixl-push' },
    { ownKeys: ['kv_transfer_params'], meetingPoint: at('kv_transfer_params', 'transfer_id') },
  ),
);
engineDialectContract('vllm, mooncake', () =>
  subject(
    { kind: 'vllm', protocol: 'mooncake' },
    { ownKeys: ['kv_transfer_params'], meetingPoint: at('kv_transfer_params', 'transfer_id') },
  ),
);
engineDialectContract('trtllm, context first', () =>
  subject(
    { kind: 'trtllm' },
    {
      ownKeys: ['disaggregated_params'],
      meetingPoint: at('disaggregated_params', 'disagg_request_id'),
      answer: (leg) => {
        const id = at('disaggregated_params', 'disagg_request_id')(leg);
        const params = `{"request_type":"context_only","ctx_request_id":18014398509481985,"disagg_request_id":${id},"first_gen_tokens":[5]}`;
        return `{"choices":[{"finish_reason":"length","disaggregated_params":${params}}],"usage":{"prompt_tokens":3}}`;
      },
    },
  ),
);
engineDialectContract('trtllm, generation first', () =>
  subject(
    { kind: 'trtllm', protocol: 'generation-first' },
    { ownKeys: ['disaggregated_params'], meetingPoint: at('disaggregated_params', 'disagg_request_id') },
  ),
);
engineDialectContract('emulated as vllm', () =>
  subject(
    { kind: 'emulated', dialect: 'vllm', protocol: 'mooncake' },
    { ownKeys: ['kv_transfer_params'], meetingPoint: at('kv_transfer_params', 'transfer_id') },
  ),
);
engineDialectContract('openai', () => subject({ kind: 'openai' }, { ownKeys: [], meetingPoint: null }));
