import { VoltanaError } from '../../domain/errors.ts';
import type { WorkloadRequest } from '../../domain/request.ts';
import { MS_PER_S } from '../../domain/units.ts';
import type { WorkloadCard } from '../../workload/card.ts';
import { seededSchedule } from '../../workload/seeded-schedule.ts';
import type { Trace } from '../../workload/traces/import.ts';
import { replayTrace } from '../tracing/replay-trace.ts';
import type { Library } from '../library.ts';
import { arrivalsOf, meanRate, type AskedArrivals } from './arrivals.ts';
import type { BenchRequest, PlannedLoad } from './request.ts';
import { scheduleText } from './schedule-text.ts';

const DEFAULT_WORKLOAD = 'azure-conv-2023';
const DEFAULT_RATE_PER_S = 8;
const DEFAULT_DURATION_S = 60;
/** Answers of a closed loop are not expected faster than this, per connection. */
const MOST_ANSWERS_PER_S = 25;
const MOST_REQUESTS = 2_000_000;
/** The warm-up draws its own lengths: far from any seed that somebody would repeat a run with. */
const WARM_UP_SEED = 1_000_003;

export interface LoadPorts {
  readonly library: Library;
  readonly readTrace: (file: string) => Promise<Trace>;
  readonly hash: (pieces: Iterable<string>) => string;
}

type Extent = { readonly requests: number } | { readonly durationMs: number };

/** A trace has its own end. */
const durationOf = ({ durationS, requests, trace, concurrency }: BenchRequest): number | undefined =>
  durationS ?? (requests === undefined && (trace === undefined || concurrency !== undefined) ? DEFAULT_DURATION_S : undefined);

/** How many requests a closed loop may take at most before its time is up. */
const closedRequests = (request: BenchRequest): number => {
  const durationS = durationOf(request);
  const most = durationS === undefined ? Infinity : Math.ceil(request.concurrency! * durationS * MOST_ANSWERS_PER_S);
  return Math.min(MOST_REQUESTS, most, request.requests ?? Infinity);
};

function extentOf(request: BenchRequest): Extent {
  if (request.concurrency !== undefined) return { requests: closedRequests(request) };
  const durationS = durationOf(request);
  return durationS === undefined ? { requests: request.requests! } : { durationMs: durationS * MS_PER_S };
}

/** Both ends hold where both were given. */
const cut = (
  schedule: readonly WorkloadRequest[],
  { requests = Infinity, durationS = Infinity }: BenchRequest,
): readonly WorkloadRequest[] => schedule.filter(({ arrivalMs }, i) => i < requests && arrivalMs < durationS * MS_PER_S);

/** A closed loop knows an order, no times. */
const timeless = (schedule: readonly WorkloadRequest[]): WorkloadRequest[] => schedule.map((one) => ({ ...one, arrivalMs: 0 }));

function drawn(card: WorkloadCard, asked: AskedArrivals, seed: number, extent: Extent): readonly WorkloadRequest[] {
  const ratePerS = asked.ratePerS ?? DEFAULT_RATE_PER_S;
  return seededSchedule({ card, ratePerS, ...asked.drawn, seed, extent });
}

/** A closed loop knows an order, an open one times: the trace's own, stretched to a rate, or drawn where it has none. */
function replayed(trace: Trace, file: string, request: BenchRequest): readonly WorkloadRequest[] {
  const { concurrency, rate, durationS, requests, seed } = request;
  if (concurrency !== undefined) return [...trace.requests].slice(0, requests);
  return replayTrace(trace, file, { ratePerS: rate, durationS, requests, seed }).schedule;
}

interface Drawing {
  readonly workload: string;
  readonly schedule: readonly WorkloadRequest[];
  readonly warmUp: readonly WorkloadRequest[];
  /** Its times, if stretched, are of a trace. */
  readonly isTimed: boolean;
}

/** Requests for at most so long, for a warm-up that ends by itself. */
const warmUpExtent = (request: BenchRequest, warmUpS: number): Extent =>
  request.concurrency === undefined
    ? { durationMs: warmUpS * MS_PER_S }
    : { requests: Math.min(MOST_REQUESTS, Math.ceil(request.concurrency * warmUpS * MOST_ANSWERS_PER_S)) };

async function fromWorkload(request: BenchRequest, asked: AskedArrivals, warmUpS: number, { library }: LoadPorts): Promise<Drawing> {
  const card = await library.workload(request.workload ?? DEFAULT_WORKLOAD);
  const draw = (seed: number, extent: Extent): readonly WorkloadRequest[] => drawn(card, asked, seed, extent);
  return {
    workload: card.id,
    schedule: draw(request.seed, extentOf(request)),
    warmUp: warmUpS === 0 ? [] : draw(request.seed + WARM_UP_SEED, warmUpExtent(request, warmUpS)),
    isTimed: false,
  };
}

/** The trace's own requests warm up, too: under other ids, so that no prefix cache knows the measured ones. */
async function fromTrace(file: string, request: BenchRequest, warmUpS: number, ports: LoadPorts): Promise<Drawing> {
  if (request.workload !== undefined)
    throw new VoltanaError('BAD_FLAG', `--workload ${request.workload} and --trace ${file} are two loads`, { hint: 'Give one of them.' });
  const trace = await ports.readTrace(file);
  const schedule = replayed(trace, file, request);
  const [first] = schedule;
  if (first === undefined) throw nothingArrives(request);
  const untilMs = first.arrivalMs + warmUpS * MS_PER_S;
  const warmUp = request.concurrency === undefined ? schedule.filter(({ arrivalMs }) => arrivalMs < untilMs) : schedule;
  return {
    workload: file,
    schedule,
    warmUp: warmUpS === 0 ? [] : warmUp.map((one) => ({ ...one, arrivalMs: one.arrivalMs - first.arrivalMs })),
    isTimed: trace.timed,
  };
}

const nothingArrives = (request: BenchRequest): VoltanaError =>
  new VoltanaError('BAD_VALUE', `no request arrives within ${request.durationS ?? DEFAULT_DURATION_S} s`, {
    hint: 'Raise --rate or --duration, or give --requests N.',
  });

const ownRate = (asked: AskedArrivals, request: BenchRequest): number | null => {
  if (asked.ratePerS === null || (request.trace !== undefined && request.rate === undefined)) return null;
  return meanRate(asked.ratePerS);
};

/** What is sent, and when. @throws VoltanaError of exit code 2 */
export async function planLoad(request: BenchRequest, warmUpS: number, ports: LoadPorts): Promise<PlannedLoad> {
  const asked = arrivalsOf(request, DEFAULT_RATE_PER_S);
  const { trace, concurrency } = request;
  const drawing =
    trace === undefined ? await fromWorkload(request, asked, warmUpS, ports) : await fromTrace(trace, request, warmUpS, ports);
  const closed = concurrency !== undefined;
  const schedule = closed ? timeless(drawing.schedule) : cut(drawing.schedule, request);
  if (schedule.length === 0) throw nothingArrives(request);
  const durationS = durationOf(request) ?? null;
  const isReplayed = drawing.isTimed && !closed;
  return {
    load: {
      loop: closed ? 'closed' : 'open',
      ...asked.told,
      ...(isReplayed ? { arrivals: 'trace' as const, burstiness: null } : {}),
      concurrency: concurrency ?? null,
      requests: schedule.length,
      scheduleHash: ports.hash(scheduleText(schedule)),
    },
    workload: drawing.workload,
    ratePerS: ownRate(asked, request),
    durationS: isReplayed ? schedule.at(-1)!.arrivalMs / MS_PER_S : durationS,
    schedule,
    sendForMs: closed && durationS !== null ? durationS * MS_PER_S : undefined,
    warmUp: closed ? timeless(drawing.warmUp) : drawing.warmUp,
  };
}
