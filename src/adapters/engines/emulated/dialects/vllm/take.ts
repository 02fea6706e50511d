import type { EngineProtocol } from '../../../../../domain/cluster.ts';
import { refuse, type Fields } from '../../generation/asked.ts';
import type { SubRequest } from '../../generation/generate.ts';
import type { KvAddress, KvQuestion } from '../../kv/kv-fetch.ts';
import type { EngineNode } from '../../node.ts';
import { leaseMsOf } from './identity.ts';
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

const BEATS_PER_LEASE = 3;

/** Keeps KV alive for a request that has to wait for room on its own engine. */
class Heartbeat {
  readonly #node: EngineNode;
  readonly #question: KvQuestion;
  #cancel: (() => void) | null = null;
  #over = false;

  constructor(node: EngineNode, question: KvQuestion) {
    this.#node = node;
    this.#question = question;
  }

  start(): void {
    if (this.#over) return;
    const { time, kv, spec } = this.#node;
    this.#cancel = time.at(time.nowMs() + leaseMsOf(spec) / BEATS_PER_LEASE, () => {
      void kv.renew(this.#question);
      this.start();
    });
  }

  stop(): void {
    this.#over = true;
    this.#cancel?.();
  }
}

/**
 * Decode with KV that a prefill engine has. KV that cannot be had fails the request.
 * @throws HttpError 400 or 500
 */
export const take = (node: EngineNode, promptTokens: number, maxTokens: number, params: Fields, protocol: EngineProtocol): SubRequest => {
  const question = QUESTIONS[protocol]!(params);
  const heartbeat = new Heartbeat(node, question);
  return {
    work: { promptTokens, maxTokens, phase: 'decode' },
    paired: true,
    submitted: () => heartbeat.start(),
    kvWanted: (leg) => {
      heartbeat.stop();
      const outcome = {
        kvArrived: () => leg.kvArrived(),
        kvFailed: (reason: string) => leg.kvFailed(`the KV could not be loaded (kv_load_failure_policy is "fail"): ${reason}`),
      };
      void node.kv.fetch(leg.id, question, outcome);
    },
    over: (leg) => {
      heartbeat.stop();
      node.kv.abandon(leg.id);
    },
  };
};
