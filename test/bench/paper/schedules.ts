import { existsSync, readFileSync } from 'node:fs';
import { parseWorkloadCard } from '../../../src/config/cards.ts';
import type { WorkloadRequest } from '../../../src/domain/request.ts';
import { createRandom } from '../../../src/statistics/random.ts';
import type { WorkloadCard } from '../../../src/workload/card.ts';
import { buildLognormalCard } from '../../../src/workload/lognormal-card.ts';
import { slice } from '../../../src/workload/replay.ts';
import { seededSchedule } from '../../../src/workload/seeded-schedule.ts';
import { parseTrace } from '../../../src/workload/trace.ts';
import type { DatasetUnknowns } from './unknowns.ts';

const TRACES = new URL('../../../../shared/data/traces/', import.meta.url);

/** Traces that may lie beside the checkout, and how much of each is used: all of it, or its requests up to a prompt length. */
export const TRACE_FILES = {
  'azure-conv': 'AzureLLMInferenceTrace_conv_2023.csv',
  'azure-code': 'AzureLLMInferenceTrace_code_2023.csv',
  mooncake: 'mooncake_conversation_trace_lengths.csv',
} as const;
export type TraceId = keyof typeof TRACE_FILES;

/** How the rate of a made-up day moves around its mean. */
export type DayShape = 'flat' | 'diurnal' | 'bursty';

/** What clients send; everything that a worker needs to draw it again. */
export type ScheduleSpec =
  | {
      readonly kind: 'dataset';
      readonly lengths: DatasetUnknowns;
      readonly ratePerS: number;
      readonly durationS: number;
      readonly seed: number;
    }
  | {
      readonly kind: 'day';
      readonly shape: DayShape;
      readonly workload: string;
      readonly meanPerS: number;
      readonly durationS: number;
      readonly seed: number;
    }
  /** One workload for the first half, another for the second, each at its rate: what the phases are asked for shifts. */
  | {
      readonly kind: 'shift';
      readonly halves: readonly (readonly [workload: string, ratePerS: number])[];
      readonly durationS: number;
      readonly seed: number;
    }
  /** A stretch of the trace at a mean rate; the seed chooses where it begins. Its own gaps, scaled, or those of a Poisson stream. */
  | {
      readonly kind: 'trace';
      readonly trace: TraceId;
      readonly arrivals: 'own' | 'poisson';
      readonly ratePerS: number;
      readonly durationS: number;
      readonly seed: number;
    };

export const hasTrace = (trace: TraceId): boolean => existsSync(new URL(TRACE_FILES[trace], TRACES));

const traces = new Map<TraceId, readonly WorkloadRequest[]>();

function traceOf(id: TraceId): readonly WorkloadRequest[] {
  const known = traces.get(id);
  if (known) return known;
  const trace = parseTrace(readFileSync(new URL(TRACE_FILES[id], TRACES), 'utf8'), TRACE_FILES[id]);
  traces.set(id, trace);
  return trace;
}

/** Stretches begin at this many places, evenly over the trace. */
const STARTS = 10;
const MS_PER_S = 1000;

/** The same requests over the same time, each whenever: sorted uniform times are those of a Poisson stream. */
function atRandom(requests: readonly WorkloadRequest[], seed: number): WorkloadRequest[] {
  const random = createRandom(seed).fork('arrivals');
  const lastMs = requests.at(-1)?.arrivalMs ?? 0;
  const timesMs = requests.map(() => lastMs * random.next()).sort((a, b) => a - b);
  return requests.map((request, i) => ({ ...request, arrivalMs: timesMs[i]! }));
}

function stretch({ trace: id, arrivals, ratePerS, durationS, seed }: Extract<ScheduleSpec, { kind: 'trace' }>): WorkloadRequest[] {
  const trace = traceOf(id);
  const spanMs = trace.at(-1)!.arrivalMs;
  const tracePerS = (trace.length * MS_PER_S) / spanMs;
  const lengthMs = Math.min((durationS * MS_PER_S * ratePerS) / tracePerS, spanMs);
  const fromMs = ((seed - 1) % STARTS) * ((spanMs - lengthMs) / Math.max(1, STARTS - 1));
  const cut = slice(trace, fromMs, fromMs + lengthMs);
  // Parts of a trace are busier than others: the mean of this one is what was asked for.
  const scale = cut.length === 0 ? 1 : (cut.length * MS_PER_S) / ratePerS / lengthMs;
  const scaled = cut.map((request) => ({ ...request, arrivalMs: request.arrivalMs * scale }));
  return arrivals === 'own' ? scaled : atRandom(scaled, seed);
}

/** The day's rate over its mean: a swing of 60 % either way once in the whole, or bursts of four times the rest in one fifth of the time. */
const SHAPES: Readonly<Record<DayShape, (part: number) => number>> = {
  flat: () => 1,
  diurnal: (part) => 1 - 0.6 * Math.cos(2 * Math.PI * part),
  bursty: (part) => ((part * 10) % 1 < 0.2 ? 2.5 : 0.625),
};
const PEAK: Readonly<Record<DayShape, number>> = { flat: 1, diurnal: 1.6, bursty: 2.5 };

const card = (id: string): WorkloadCard =>
  parseWorkloadCard<WorkloadCard>(readFileSync(new URL(`../../../profiles/workloads/${id}.json`, import.meta.url), 'utf8'), id);

/** Thinned from a stream at the peak rate. */
function day({ shape, workload, meanPerS, durationS, seed }: Extract<ScheduleSpec, { kind: 'day' }>): WorkloadRequest[] {
  const durationMs = durationS * MS_PER_S;
  const kept = createRandom(seed).fork('thinning');
  return seededSchedule({ card: card(workload), ratePerS: meanPerS * PEAK[shape], burstiness: 1, seed, extent: { durationMs } }).filter(
    ({ arrivalMs }) => kept.next() * PEAK[shape] < SHAPES[shape](arrivalMs / durationMs),
  );
}

function shifted({ halves, durationS, seed }: Extract<ScheduleSpec, { kind: 'shift' }>): WorkloadRequest[] {
  const eachMs = (durationS * MS_PER_S) / halves.length;
  return halves.flatMap(([workload, ratePerS], half) =>
    seededSchedule({ card: card(workload), ratePerS, burstiness: 1, seed: seed + half, extent: { durationMs: eachMs } }).map((request) => ({
      ...request,
      id: `${half}-${request.id}`,
      arrivalMs: request.arrivalMs + half * eachMs,
    })),
  );
}

function drawn({ lengths, ratePerS, durationS, seed }: Extract<ScheduleSpec, { kind: 'dataset' }>): WorkloadRequest[] {
  const about = { id: 'dataset', name: 'assumed shape', source: 'assumed', licence: 'none' };
  return seededSchedule({
    card: buildLognormalCard(about, lengths.prompt, lengths.output),
    ratePerS,
    burstiness: 1,
    seed,
    extent: { durationMs: durationS * MS_PER_S },
  });
}

export function scheduleOf(spec: ScheduleSpec): WorkloadRequest[] {
  if (spec.kind === 'trace') return stretch(spec);
  if (spec.kind === 'shift') return shifted(spec);
  return spec.kind === 'day' ? day(spec) : drawn(spec);
}
