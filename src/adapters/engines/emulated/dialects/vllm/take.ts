import type { EngineProtocol } from '../../../../../domain/cluster.ts';
import { refuse, type Fields } from '../../generation/asked.ts';
import type { SubRequest } from '../../generation/generate.ts';
import type { KvAddress, KvQuestion } from '../../kv/kv-fetch.ts';
import type { EngineNode } from '../../node.ts';
import { portIn, textIn, transferIdOf } from './transfer-params.ts';

const pulled = (params: Fields): KvQuestion => {
  if (!Array.isArray(params['remote_block_ids'])) textIn(params, 'remote_block_ids');
  return {
    from: { host: textIn(params, 'remote_host'), port: portIn(params, 'remote_port') },
    key: textIn(params, 'remote_request_id'),
    asked: { engineId: textIn(params, 'remote_engine_id'), blockIds: params['remote_block_ids'] },
  };
};

const pushed = (params: Fields): KvQuestion => ({
  from: { host: textIn(params, 'remote_host'), port: portIn(params, 'remote_port') },
  key: transferIdOf(params) ?? textIn(params, 'remote_request_id'),
  asked: { engineId: textIn(params, 'remote_engine_id'), tpSize: params['tp_size'] },
});

const addressOf = (url: string): KvAddress => {
  try {
    const { hostname, port, protocol } = new URL(url);
    return { host: hostname, port: Number(port) || (protocol === 'https:' ? 443 : 80) };
  } catch {
    return refuse('"remote_bootstrap_addr" must be a URL, as http://host:8998', 500);
  }
};

const fromMooncake = (params: Fields): KvQuestion => ({
  from: addressOf(textIn(params, 'remote_bootstrap_addr')),
  key: textIn(params, 'transfer_id'),
  asked: { engineId: textIn(params, 'remote_engine_id') },
});

const QUESTIONS: Readonly<Record<string, (params: Fields) => KvQuestion>> = {
  'nixl-pull': pulled,
  'nixl-push': pushed,
  mooncake: fromMooncake,
};

/**
 * Decode with KV that a prefill engine has. KV that cannot be had fails the request.
 * @throws HttpError 400 or 500
 */
export const take = (node: EngineNode, promptTokens: number, maxTokens: number, params: Fields, protocol: EngineProtocol): SubRequest => {
  const question = QUESTIONS[protocol]!(params);
  return {
    work: { promptTokens, maxTokens, phase: 'decode' },
    paired: true,
    kvWanted: (leg) => {
      const outcome = {
        kvArrived: () => leg.kvArrived(),
        kvFailed: (reason: string) => leg.kvFailed(`the KV could not be loaded (kv_load_failure_policy is "fail"): ${reason}`),
      };
      void node.kv.fetch(leg.id, question, outcome);
    },
    over: (leg) => node.kv.abandon(leg.id),
  };
};
