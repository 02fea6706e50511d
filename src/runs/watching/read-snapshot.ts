import type { ClockTransition } from '../../domain/clock.ts';
import type { Histogram } from '../../domain/latency-figures.ts';
import type { InstanceSnapshot, Snapshot } from '../../domain/snapshot.ts';
import type { TuningSummary } from '../../domain/tuning-orders.ts';
import { countOf, fieldsOf, lastOf, numberOrNull, textOf, textOrNull, wordOf, type Fields } from './loose.ts';

const MOST_INSTANCES = 512;
const MOST_WARNINGS = 50;
const MOST_DECISIONS = 50;
const MOST_BUCKETS = 64;
const MOST_BURN_RATES = 8;

const instanceOf = (value: unknown): InstanceSnapshot[] => {
  const one = fieldsOf(value);
  const [id, role] = [textOrNull(one['id']), one['role']];
  if (id === null || (role !== 'prefill' && role !== 'decode')) return [];
  const latency = fieldsOf(one['latency']);
  return [
    {
      id,
      role,
      domain: textOrNull(one['domain']) ?? id,
      health: wordOf(one['health'], ['up', 'probing', 'down']),
      askedMhz: numberOrNull(one['askedMhz']),
      appliedMhz: numberOrNull(one['appliedMhz']),
      powerW: numberOrNull(one['powerW']),
      energyJ: numberOrNull(one['energyJ']),
      meteredAtMs: numberOrNull(one['meteredAtMs']),
      requests: countOf(one['requests']),
      tokens: countOf(one['tokens']),
      kvCapacityTokens: numberOrNull(one['kvCapacityTokens']),
      latency: { p50Ms: numberOrNull(latency['p50Ms']), p95Ms: numberOrNull(latency['p95Ms']) },
      correctionPct: numberOrNull(one['correctionPct']),
      lastReason: textOrNull(one['lastReason']),
      transitions: countOf(one['transitions']),
    },
  ];
};

const decisionOf = (value: unknown): ClockTransition[] => {
  const one = fieldsOf(value);
  const [fromMhz, requestedMhz] = [numberOrNull(one['fromMhz']), numberOrNull(one['requestedMhz'])];
  if (fromMhz === null || requestedMhz === null) return [];
  const appliedMhz = numberOrNull(one['appliedMhz']);
  return [{ domain: textOf(one['domain']), atMs: countOf(one['atMs']), fromMhz, requestedMhz, appliedMhz, reason: textOf(one['reason']) }];
};

const histogramOf = (value: unknown): Histogram | null => {
  const { bounds, counts } = fieldsOf(value);
  const [upTo, of] = [lastOf(bounds, MOST_BUCKETS).map(numberOrNull), lastOf(counts, MOST_BUCKETS).map(numberOrNull)];
  if (upTo.length === 0 || upTo.length !== of.length || upTo.includes(null) || of.includes(null)) return null;
  return { unit: 'ms', bounds: upTo as number[], counts: of as number[] };
};

const histogramsOf = (value: unknown): Pick<Snapshot, 'histograms'> => {
  const all = fieldsOf(value);
  const [ttftMs, itlMs] = [histogramOf(all['ttftMs']), histogramOf(all['itlMs'])];
  return ttftMs && itlMs ? { histograms: { windowS: countOf(all['windowS']), ttftMs, itlMs } } : {};
};

const burnRateOf = (value: unknown): TuningSummary['burnRates'][number] => {
  const one = fieldsOf(value);
  return {
    windowS: countOf(one['windowS']),
    coversS: countOf(one['coversS']),
    requests: countOf(one['requests']),
    rate: numberOrNull(one['rate']),
  };
};

const STAGES = ['shadow', 'canary', 'tenth', 'half', 'all', 'held', 'killed'] as const;

const tuningOf = (value: unknown): Pick<Snapshot, 'tuning'> => {
  const one = fieldsOf(value);
  const stage = STAGES.find((known) => known === one['stage']);
  if (!stage) return {};
  return {
    tuning: {
      stage,
      stageSinceMs: countOf(one['stageSinceMs']),
      reason: textOf(one['reason']),
      burnRates: lastOf(one['burnRates'], MOST_BURN_RATES).map(burnRateOf),
      governed: countOf(one['governed']),
      domains: countOf(one['domains']),
      thrift: countOf(one['thrift']),
      savedPct: numberOrNull(one['savedPct']),
    },
  };
};

const clusterOf = (value: unknown): Pick<Snapshot, 'cluster'> => {
  if (typeof value !== 'object' || value === null) return {};
  const { name, model, gpu } = fieldsOf(value);
  return { cluster: { name: textOf(name), model: textOf(model), gpu: textOf(gpu) } };
};

const requestsOf = ({ inFlight, queued, completed, failed, cancelled, rerouted }: Fields): Snapshot['requests'] => ({
  inFlight: countOf(inFlight),
  queued: countOf(queued),
  completed: countOf(completed),
  failed: countOf(failed),
  cancelled: countOf(cancelled),
  rerouted: countOf(rerouted),
});

/** What a gateway of any version shows of itself. Null for what is no snapshot. */
export function readSnapshot(value: unknown): Snapshot | null {
  const all = fieldsOf(value);
  if (all['kind'] !== 'snapshot' || !Array.isArray(all['instances'])) return null;
  const { mode, slo, decisions } = all;
  const promise = fieldsOf(slo);
  return {
    kind: 'snapshot',
    atMs: countOf(all['atMs']),
    ...(mode === 'emulated' || mode === 'live' ? { mode } : {}),
    governor: textOf(all['governor']),
    routing: textOf(all['routing']),
    slo: { ttftMs: countOf(promise['ttftMs']), itlMs: countOf(promise['itlMs']) },
    ...clusterOf(all['cluster']),
    instances: lastOf(all['instances'], MOST_INSTANCES).flatMap(instanceOf),
    requests: requestsOf(fieldsOf(all['requests'])),
    firstRequestAtMs: numberOrNull(all['firstRequestAtMs']),
    outputTokens: countOf(all['outputTokens']),
    transitions: countOf(all['transitions']),
    lastDecision: decisionOf(all['lastDecision'])[0] ?? null,
    ...(Array.isArray(decisions) ? { decisions: lastOf(decisions, MOST_DECISIONS).flatMap(decisionOf) } : {}),
    ...histogramsOf(all['histograms']),
    ...tuningOf(all['tuning']),
    warnings: lastOf(all['warnings'], MOST_WARNINGS).flatMap((text) => textOrNull(text) ?? []),
  };
}
