import type { Histogram } from '../domain/latency-figures.ts';
import type { InstanceSnapshot, Snapshot } from '../domain/snapshot.ts';
import { number } from './format.ts';
import { alignedTable } from './table.ts';

const UNKNOWN = '-';
const PERCENT = 100;

/** What nobody told is no 0. */
const figure = (value: number | null | undefined, digits = 0): string =>
  value === null || value === undefined || !Number.isFinite(value) ? UNKNOWN : value.toFixed(digits);

/** How many of the last minute's were within the promise; a bucket counts where its whole range is. */
function withinText({ bounds, counts }: Histogram, promiseMs: number): string {
  const all = counts.reduce((sum, count) => sum + count, 0);
  const within = counts.reduce((sum, count, i) => (bounds[i]! <= promiseMs ? sum + count : sum), 0);
  return all === 0 ? 'none yet' : `${number((PERCENT * within) / all, 1, '%')} of ${all} within ${figure(promiseMs)} ms`;
}

const latencyText = ({ histograms, slo }: Snapshot): string[] =>
  histograms
    ? [`last minute: TTFT ${withinText(histograms.ttftMs, slo.ttftMs)}, gaps ${withinText(histograms.itlMs, slo.itlMs)}`]
    : [`promises: TTFT ${figure(slo.ttftMs)} ms, gaps ${figure(slo.itlMs)} ms`];

/** What its requests come to, in one line. */
function requestsText({ requests, outputTokens }: Snapshot): string {
  const { inFlight, queued, completed, failed, cancelled, rerouted } = requests;
  const rare = Object.entries({ queued, failed, cancelled, rerouted }).flatMap(([what, count]) => (count > 0 ? [`${count} ${what}`] : []));
  return [`${figure(inFlight)} under way, ${figure(completed)} completed`, ...rare, `${figure(outputTokens)} output tokens`].join(', ');
}

/** Watts of those that are metered now; null without any. */
const powerOf = ({ instances }: Snapshot): number | null => {
  const watts = instances.flatMap(({ powerW }) => powerW ?? []);
  return watts.length === 0 ? null : watts.reduce((sum, one) => sum + one, 0);
};

/** What a gateway does, in one line. */
export function summaryLine(snapshot: Snapshot): string {
  const watts = powerOf(snapshot);
  return [requestsText(snapshot), ...(watts === null ? [] : [number(watts, 0, 'W')]), ...latencyText(snapshot)].join('; ');
}

const EVIDENCE = { emulated: 'emulated: modelled joules', live: 'live traffic' } as const;

/** What is served there, as far as it tells. */
export function servedText({ cluster, mode }: Snapshot): string {
  const evidence = mode ? EVIDENCE[mode] : 'whether its joules are modelled it does not tell';
  return cluster ? `${cluster.name}, ${cluster.model} on ${cluster.gpu}; ${evidence}` : evidence;
}

const tuningText = ({ tuning }: Snapshot): string[] => {
  if (!tuning) return [];
  const { stage, reason, governed, domains, savedPct } = tuning;
  const saved = savedPct === null ? '' : `, ${number(savedPct, 1, '%')} less energy per token than at the highest clock`;
  return [`live tuning: ${stage}, ${figure(governed)} of ${figure(domains)} governed${saved}: ${reason}`];
};

const HEADING = ['instance', 'role', 'health', 'MHz asked', 'applied', 'watts', 'requests', 'tokens', 'KV %', 'p50 ms', 'p95 ms'];

const rowOf = (one: InstanceSnapshot): string[] => {
  const { id, role, health, askedMhz, appliedMhz, powerW, requests, tokens, kvCapacityTokens, latency } = one;
  const kvPct = role === 'decode' && kvCapacityTokens ? (PERCENT * tokens) / kvCapacityTokens : null;
  return [
    ...[id, role, health, figure(askedMhz), figure(appliedMhz), figure(powerW), figure(requests), figure(tokens), figure(kvPct)],
    ...[figure(latency.p50Ms, 1), figure(latency.p95Ms, 1)],
  ];
};

/** A gateway at one moment, for people. Prefill latencies are times to first token, those of decode the gaps. */
export function renderSnapshot(snapshot: Snapshot, url: string): string {
  const { governor, routing, instances, decisions = [], warnings } = snapshot;
  const changes = decisions.map(({ domain, fromMhz, requestedMhz, reason }) => `  ${domain} ${fromMhz} -> ${requestedMhz} MHz: ${reason}`);
  return [
    `gateway ${url}: ${servedText(snapshot)}`,
    `governor ${governor}, routing ${routing}`,
    `requests: ${requestsText(snapshot)}`,
    ...latencyText(snapshot),
    ...tuningText(snapshot),
    '',
    ...alignedTable(HEADING, instances.map(rowOf), 3),
    ...(changes.length === 0 ? [] : ['', 'last changes of clocks:', ...changes]),
    ...(warnings.length === 0 ? [] : ['', ...warnings.map((warning) => `warning: ${warning}`)]),
  ].join('\n');
}
