import type { RolloutStage } from '../../domain/live-tuning.ts';
import type { ProcessFigures } from '../../domain/process-figures.ts';
import type { InstanceSnapshot, Snapshot } from '../../domain/snapshot.ts';
import type { TuningSummary } from '../../domain/tuning-orders.ts';
import { MS_PER_S } from '../../domain/units.ts';
import type { EnergyBooks } from '../accounting/energy-ledger.ts';
import type { BucketCounts } from './counts.ts';
import { OBJECTIVES, OUTCOMES } from './request-series.ts';
import type { RequestMetrics } from './request-metrics.ts';
import { MetricsText } from './text.ts';

/** What is known of an instance beside its snapshot; left out or null where nobody knows. */
export interface InstanceFacts {
  readonly leaseHeld?: boolean;
  /** See `Verdict` of the reconciler. */
  readonly trusted?: boolean;
  readonly disagreement?: number | null;
  readonly normalisedLoad?: number | null;
}

/** Everything that a scrape shows. */
export interface ScrapeInput {
  readonly version: string;
  readonly snapshot: Snapshot;
  readonly requests: RequestMetrics;
  readonly facts?: ReadonlyMap<string, InstanceFacts>;
  /** How long decisions took, by kind. */
  readonly decisionsS?: ReadonlyMap<string, BucketCounts>;
  readonly events?: ReadonlyMap<string, number>;
  readonly process?: ProcessFigures;
}

const HZ_PER_MHZ = 1e6;
const HEALTHS = ['up', 'probing', 'down'] as const;

const scaled = (value: number | null, factor: number): number | null => (value === null ? null : value * factor);
const flag = (value: boolean | undefined): number | null => (value === undefined ? null : Number(value));

const addRequests = (text: MetricsText, requests: RequestMetrics): void => {
  for (const { account, requests: counts, promptTokens, cachedTokens, outputTokens } of requests.tenants) {
    const labels = [account.model, account.tenant];
    for (const outcome of OUTCOMES) text.add('voltana_requests_total', counts[outcome], ...labels, outcome);
    text.add('voltana_prompt_tokens_total', promptTokens, ...labels);
    text.add('voltana_prompt_tokens_cached_total', cachedTokens, ...labels);
    text.add('voltana_output_tokens_total', outputTokens, ...labels);
  }
  for (const [status, count] of requests.rejections) text.add('voltana_requests_rejected_total', count, String(status));
};

const addModels = (text: MetricsText, requests: RequestMetrics): void => {
  for (const series of requests.models) {
    const { model } = series;
    text.add('voltana_requests_in_flight', series.inFlight, model);
    text.add('voltana_requests_queued', series.queued, model);
    text.add('voltana_request_retries_total', series.retries, model);
    for (const objective of OBJECTIVES) {
      text.add('voltana_slo_requests_total', series.met[objective], model, objective, 'true');
      text.add('voltana_slo_requests_total', series.missed[objective], model, objective, 'false');
    }
    text.histogram('voltana_time_to_first_token_seconds', series.ttftS, model);
    text.histogram('voltana_token_gap_seconds', series.tokenGapS, model);
    text.histogram('voltana_request_duration_seconds', series.durationS, model);
    text.histogram('voltana_prompt_estimate_error_ratio', series.estimateError, model);
  }
};

const addEnergy = (text: MetricsText, { accounts, unusedJ, unsettledJ, meteredJ, resets }: EnergyBooks): void => {
  for (const { model, tenant, dynamicJ, idleJ } of accounts) {
    text.add('voltana_energy_attributed_joules_total', dynamicJ, model, tenant, 'dynamic');
    text.add('voltana_energy_attributed_joules_total', idleJ, model, tenant, 'idle');
  }
  text.add('voltana_energy_unused_joules_total', unusedJ);
  text.add('voltana_energy_unsettled_joules', unsettledJ);
  text.add('voltana_energy_metered_joules_total', meteredJ);
  text.add('voltana_meter_resets_total', resets);
};

/** The two halves of an aggregated engine share a domain: its figures show once. */
const addDomains = (text: MetricsText, instances: readonly InstanceSnapshot[], facts: ScrapeInput['facts']): void => {
  for (const domain of new Set(instances.map((instance) => instance.domain))) {
    const members = instances.filter((instance) => instance.domain === domain);
    const labels = [domain, members.length > 1 ? 'aggregated' : members[0]!.role];
    const known = (of: (instance: InstanceSnapshot) => number | null): number | null =>
      members.reduce<number | null>((value, member) => value ?? of(member), null);
    text.add(
      'voltana_domain_clock_asked_hertz',
      scaled(
        known(({ askedMhz }) => askedMhz),
        HZ_PER_MHZ,
      ),
      ...labels,
    );
    text.add(
      'voltana_domain_clock_applied_hertz',
      scaled(
        known(({ appliedMhz }) => appliedMhz),
        HZ_PER_MHZ,
      ),
      ...labels,
    );
    text.add(
      'voltana_domain_power_watts',
      known(({ powerW }) => powerW),
      ...labels,
    );
    text.add(
      'voltana_domain_energy_joules_total',
      known(({ energyJ }) => energyJ),
      ...labels,
    );
    text.add('voltana_domain_clock_transitions_total', Math.max(...members.map(({ transitions }) => transitions)), ...labels);
    text.add(
      'voltana_domain_lease_held',
      known(({ id }) => flag(facts?.get(id)?.leaseHeld)),
      ...labels,
    );
  }
};

const addInstance = (
  text: MetricsText,
  { id, role, health, requests, tokens, correctionPct }: InstanceSnapshot,
  facts: InstanceFacts,
): void => {
  text.add('voltana_instance_requests', requests, id, role);
  text.add('voltana_instance_tokens', tokens, id, role);
  for (const state of HEALTHS) text.add('voltana_instance_health', Number(state === health), id, role, state);
  text.add('voltana_instance_clock_normalised_load_ratio', facts.normalisedLoad ?? null, id, role);
  text.add('voltana_instance_reconciled', flag(facts.trusted), id, role);
  text.add('voltana_instance_reconciliation_disagreement_ratio', facts.disagreement ?? null, id, role);
  text.add('voltana_instance_prediction_correction_ratio', scaled(correctionPct, 0.01), id, role);
};

const addInstanceTotals = (text: MetricsText, requests: RequestMetrics): void => {
  for (const { id, requests: sent, promptTokens, outputTokens } of requests.instances) {
    text.add('voltana_instance_requests_total', sent, id);
    text.add('voltana_instance_prompt_tokens_total', promptTokens, id);
    text.add('voltana_instance_output_tokens_total', outputTokens, id);
  }
};

const addProcess = (text: MetricsText, { eventLoopDelayS, cpuS, residentBytes, heapBytes, uptimeS }: ProcessFigures): void => {
  text.add('voltana_event_loop_delay_seconds', eventLoopDelayS.p50, 'p50');
  text.add('voltana_event_loop_delay_seconds', eventLoopDelayS.p99, 'p99');
  text.add('voltana_event_loop_delay_seconds', eventLoopDelayS.max, 'max');
  text.add('voltana_process_cpu_seconds_total', cpuS);
  text.add('voltana_process_resident_memory_bytes', residentBytes);
  text.add('voltana_process_heap_bytes', heapBytes);
  text.add('voltana_process_uptime_seconds', uptimeS);
};

const STAGES: readonly RolloutStage[] = ['shadow', 'canary', 'tenth', 'half', 'all', 'held', 'killed'];

const addTuning = (text: MetricsText, { stage, burnRates, governed, thrift }: TuningSummary): void => {
  for (const one of STAGES) text.add('voltana_tuning_stage', Number(one === stage), one);
  for (const { windowS, rate } of burnRates) text.add('voltana_tuning_burn_rate', rate, `${windowS}s`);
  text.add('voltana_tuning_governed_domains', governed);
  text.add('voltana_tuning_thrift', thrift);
};

/** All metrics in the text format of Prometheus. */
export const renderMetrics = ({ version, snapshot, requests, facts, decisionsS, events, process }: ScrapeInput): string => {
  const text = new MetricsText();
  text.add('voltana_build_info', 1, version, snapshot.governor, snapshot.routing);
  text.add('voltana_slo_target_seconds', snapshot.slo.ttftMs / MS_PER_S, 'ttft');
  text.add('voltana_slo_target_seconds', snapshot.slo.itlMs / MS_PER_S, 'itl');
  addRequests(text, requests);
  addModels(text, requests);
  addEnergy(text, requests.ledger.books());
  addDomains(text, snapshot.instances, facts);
  for (const instance of snapshot.instances) addInstance(text, instance, facts?.get(instance.id) ?? {});
  addInstanceTotals(text, requests);
  if (snapshot.tuning) addTuning(text, snapshot.tuning);
  for (const [kind, durations] of decisionsS ?? []) text.histogram('voltana_decision_duration_seconds', durations, kind);
  for (const [kind, count] of events ?? []) text.add('voltana_events_total', count, kind);
  if (process) addProcess(text, process);
  return text.toString();
};
