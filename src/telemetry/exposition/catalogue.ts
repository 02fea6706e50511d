export type MetricType = 'counter' | 'gauge' | 'histogram';

export interface Metric {
  readonly type: MetricType;
  readonly help: string;
  readonly labels: readonly string[];
}

const metric = (type: MetricType, help: string, ...labels: readonly string[]): Metric => ({ type, help, labels });

/**
 * Every metric there is. Units are base units and stand in the name; docs/metrics.md says more of each. No label is
 * called `instance` or `job`: Prometheus uses those for what it scrapes.
 */
export const METRICS = {
  voltana_build_info: metric('gauge', 'Always 1; the version and what governs and routes.', 'version', 'governor', 'routing'),
  voltana_slo_target_seconds: metric('gauge', 'The promise itself: time to first token, mean gap between tokens.', 'objective'),

  voltana_requests_total: metric('counter', 'Admitted requests that ended.', 'model', 'tenant', 'outcome'),
  voltana_requests_rejected_total: metric('counter', 'Requests refused before they were admitted, by HTTP status.', 'status'),
  voltana_requests_in_flight: metric('gauge', 'Admitted requests that have not ended, queued ones included.', 'model'),
  voltana_requests_queued: metric('gauge', 'Requests that wait at the gateway for their instances.', 'model'),
  voltana_request_retries_total: metric('counter', 'Requests sent to other instances because the first ones failed.', 'model'),
  voltana_slo_requests_total: metric(
    'counter',
    'Completed and failed requests by whether they kept the promise; joint is both.',
    'model',
    'objective',
    'met',
  ),
  voltana_time_to_first_token_seconds: metric('histogram', 'From arrival to the first token, gateway queue included.', 'model'),
  voltana_token_gap_seconds: metric('histogram', 'Between tokens of one answer; those of one chunk share its gap.', 'model'),
  voltana_request_duration_seconds: metric('histogram', 'From arrival to the end, completed requests.', 'model'),
  voltana_prompt_tokens_total: metric('counter', 'Prompt tokens of requests whose prompt was computed.', 'model', 'tenant'),
  voltana_prompt_tokens_cached_total: metric(
    'counter',
    'Of the prompt tokens, those that engines found in a prefix cache.',
    'model',
    'tenant',
  ),
  voltana_output_tokens_total: metric('counter', 'Tokens passed on to clients.', 'model', 'tenant'),
  voltana_prompt_estimate_error_ratio: metric(
    'histogram',
    'Prompt tokens guessed from bytes against what the engine counted, absolute.',
    'model',
  ),

  voltana_energy_attributed_joules_total: metric(
    'counter',
    'Energy charged to a model and tenant: for its tokens (dynamic), and its share of idle draw (idle).',
    'model',
    'tenant',
    'part',
  ),
  voltana_energy_unused_joules_total: metric('counter', 'Energy drawn while nobody had work, for a minute or longer.'),
  voltana_energy_unsettled_joules: metric('gauge', 'Energy metered and not charged yet: its prompts are still being computed.'),
  voltana_energy_metered_joules_total: metric('counter', 'Energy that all meters counted: the sum of attributed, unused and unsettled.'),
  voltana_meter_resets_total: metric('counter', 'Meter counters that fell; the interval across is in no account.'),

  voltana_domain_clock_asked_hertz: metric('gauge', 'SM clock that was asked for.', 'domain', 'role'),
  voltana_domain_clock_applied_hertz: metric('gauge', 'SM clock read back: the slowest GPU of the domain.', 'domain', 'role'),
  voltana_domain_power_watts: metric('gauge', 'Present power of all GPUs of the domain.', 'domain', 'role'),
  voltana_domain_energy_joules_total: metric(
    'counter',
    "The meter's counter of the domain; only differences mean anything.",
    'domain',
    'role',
  ),
  voltana_domain_clock_transitions_total: metric('counter', 'Changes of the clock.', 'domain', 'role'),
  voltana_domain_lease_held: metric('gauge', '1 while the gateway holds the right to set the clock.', 'domain', 'role'),

  voltana_instance_requests: metric('gauge', 'Prefill: prompts not yet computed. Decode: requests that stream.', 'engine', 'role'),
  voltana_instance_tokens: metric('gauge', 'Prefill: prompt tokens waiting. Decode: KV tokens held.', 'engine', 'role'),
  voltana_instance_clock_normalised_load_ratio: metric(
    'gauge',
    'Utilisation that the instance would have at its maximum clock; 1 is full. Scale on this.',
    'engine',
    'role',
  ),
  voltana_instance_health: metric('gauge', '1 for the present state of its circuit breaker.', 'engine', 'role', 'state'),
  voltana_instance_reconciled: metric(
    'gauge',
    '0 while the engine disagrees with the gateway, which then holds its maximum clock.',
    'engine',
    'role',
  ),
  voltana_instance_reconciliation_disagreement_ratio: metric(
    'gauge',
    'By how much the engine is busier than seen from here (negative: idler), beyond what timing explains.',
    'engine',
    'role',
  ),
  voltana_instance_prediction_correction_ratio: metric(
    'gauge',
    'By how much its predictor has learnt to differ from its profile.',
    'engine',
    'role',
  ),
  voltana_instance_requests_total: metric('counter', 'Requests sent to the instance, retries included.', 'engine'),
  voltana_instance_prompt_tokens_total: metric('counter', 'Prompt tokens computed there, as estimated before routing.', 'engine'),
  voltana_instance_output_tokens_total: metric('counter', 'Tokens that came from there.', 'engine'),

  voltana_tuning_stage: metric('gauge', '1 for the present stage of live tuning; left out while nobody tunes.', 'stage'),
  voltana_tuning_burn_rate: metric('gauge', 'How fast the allowance of missed promises is spent; 1 is exactly the allowance.', 'window'),
  voltana_tuning_governed_domains: metric('gauge', 'Clock domains that live tuning lets its governor decide.'),
  voltana_tuning_thrift: metric('gauge', 'How much energy is worth against latency inside the promise: 1 as usual, 0 latency alone.'),

  voltana_decision_duration_seconds: metric('histogram', 'Time that a decision took: route or govern.', 'kind'),
  voltana_events_total: metric('counter', 'Events by kind; /voltana/events tells them.', 'kind'),
  voltana_event_loop_delay_seconds: metric(
    'gauge',
    'How late timers come in the gateway process since the last scrape: p50, p99, max.',
    'statistic',
  ),
  voltana_process_cpu_seconds_total: metric('counter', 'CPU time of the gateway process.'),
  voltana_process_resident_memory_bytes: metric('gauge', 'Resident memory of the gateway process.'),
  voltana_process_heap_bytes: metric('gauge', 'JavaScript heap in use.'),
  voltana_process_uptime_seconds: metric('gauge', 'Since the gateway process started.'),
} as const satisfies Record<string, Metric>;

export type MetricName = keyof typeof METRICS;
