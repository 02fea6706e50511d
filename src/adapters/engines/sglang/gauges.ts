import type { EngineGauges } from '../../../ports/engine.ts';
import { firstTold, fraction, known, mean, Metrics, sum, textIfAny } from '../monitor/gauges.ts';
import type { AskInstance } from '../monitor/questions.ts';
import type { Sample } from '../../../domain/prometheus-text.ts';

type Load = Readonly<Record<string, unknown>>;

const loadsIn = (text: string): Load[] => {
  try {
    const { loads } = JSON.parse(text) as { loads?: unknown };
    return Array.isArray(loads) ? loads.filter((load): load is Load => typeof load === 'object' && load !== null) : [];
  } catch {
    return [];
  }
};

const ratio = (part: number | null, whole: number | null): number | null =>
  part === null || whole === null || whole === 0 ? null : part / whole;

/** Its own account of load, one entry per data-parallel rank. The requests waiting are those of all queues, also of the handover between phases. */
export function gaugesInLoads(text: string): Partial<EngineGauges> {
  const loads = loadsIn(text);
  const all = (key: string): (number | null)[] => loads.map((load) => known(load[key]));
  const usedTokens = sum(all('num_used_tokens'));
  return {
    running: sum(all('num_running_reqs')),
    waiting: sum(all('num_waiting_reqs')),
    kvTokens: usedTokens,
    kvUsage: fraction(ratio(usedTokens, sum(all('max_total_num_tokens'))) ?? mean(all('token_usage'))),
  };
}

/** Both spellings of its prefix. */
const PREFIX = /^sglang[:_]/;
const QUEUES = [
  'num_queue_reqs',
  'num_prefill_bootstrap_queue_reqs',
  // The same by its older name.
  'num_prefill_prealloc_queue_reqs',
  'num_decode_prealloc_queue_reqs',
  'num_decode_transfer_queue_reqs',
];
const NAMES = new Set([...QUEUES, 'num_running_reqs', 'token_usage', 'num_used_tokens', 'prompt_tokens_total', 'generation_tokens_total']);

/** The ranks of one group tell the same figures, and those of one priority are contained in the ones of all. */
function oncePerGroup(samples: readonly Sample[]): (number | null)[] {
  const groups = new Map<string, number>();
  for (const { labels, value } of samples) {
    if ((labels['priority'] ?? '') !== '' || known(value) === null) continue;
    const group = labels['dp_rank'] ?? '';
    groups.set(group, Math.max(groups.get(group) ?? 0, value));
  }
  return [...groups.values()];
}

export function gaugesInMetrics(text: string): Partial<EngineGauges> {
  const metrics = new Metrics(text, (name) => {
    const bare = PREFIX.test(name) ? name.replace(PREFIX, '') : '';
    return NAMES.has(bare) ? bare : null;
  });
  const all = (name: string): (number | null)[] => oncePerGroup(metrics.all(name));
  return {
    running: sum(all('num_running_reqs')),
    waiting: sum(QUEUES.map((name) => sum(all(name)))),
    kvTokens: sum(all('num_used_tokens')),
    kvUsage: fraction(mean(all('token_usage'))),
    promptTokensTotal: metrics.sum('prompt_tokens_total'),
    generatedTokensTotal: metrics.sum('generation_tokens_total'),
  };
}

/** Loads say more of queues, metrics alone count tokens. */
export const sglangGauges = async (ask: AskInstance): Promise<EngineGauges | null> => {
  const [loads, metrics] = await Promise.all([textIfAny(ask('/v1/loads?include=core,disagg,queues')), textIfAny(ask('/metrics'))]);
  return firstTold([loads === null ? null : gaugesInLoads(loads), metrics === null ? null : gaugesInMetrics(metrics)]);
};
