import { VoltanaError } from '../../domain/errors.ts';
import type { WorkloadRequest } from '../../domain/request.ts';
import type { Fidelity } from '../../domain/tuning.ts';
import { MS_PER_S } from '../../domain/units.ts';
import { createRandom } from '../../statistics/random.ts';
import type { DayShape } from '../../tuning/types.ts';
import { atShares, checkShares, evenMsOf } from '../../workload/day.ts';
import { requestId } from '../../workload/schedule.ts';
import { seededArrivals, seededRequests } from '../../workload/seeded-schedule.ts';
import type { MixedLoad, TracedLoad, TuningLoad } from './ground.ts';

type Extent = { readonly requests: number } | { readonly durationMs: number };

interface Drawn {
  readonly ratePerS: number;
  readonly seed: number;
  readonly extent: Extent;
}

/** Of a trace's own times, ms. @throws VoltanaError BAD_VALUE for one without a rate that could be stretched */
function meanGapMs({ name, requests }: TracedLoad): number {
  const meanMs = (requests.at(-1)!.arrivalMs - requests[0]!.arrivalMs) / (requests.length - 1);
  if (meanMs > 0) return meanMs;
  throw new VoltanaError('BAD_VALUE', `${name} has no rate that could be changed: all its requests arrive at once`, {
    hint: 'Give a trace whose requests came at different times.',
  });
}

/**
 * A trace without an end: from one of its requests on, drawn from the seed, and from the first again behind the last. Other seeds see
 * other stretches of it. Arrivals are in mean gaps.
 */
function* around(load: TracedLoad, seed: number): Generator<WorkloadRequest, void, undefined> {
  const { requests, timed } = load;
  const meanMs = timed ? meanGapMs(load) : 1;
  const start = Math.floor(createRandom(seed).fork('stretch').next() * requests.length);
  for (let number = 1, arrivalMs = 0; ; number++) {
    const at = (start + number - 1) % requests.length;
    const request = requests[at]!;
    arrivalMs += at === 0 ? 1 : (request.arrivalMs - requests[at - 1]!.arrivalMs) / meanMs;
    yield { ...request, id: requestId(number), arrivalMs };
  }
}

function* stretched(load: TracedLoad, { ratePerS, seed, extent }: Drawn): Generator<WorkloadRequest, void, undefined> {
  const [most, endMs] = 'requests' in extent ? [extent.requests, Infinity] : [Infinity, extent.durationMs];
  let count = 0;
  for (const request of around(load, seed)) {
    const arrivalMs = (request.arrivalMs * MS_PER_S) / ratePerS;
    if (++count > most || arrivalMs >= endMs) return;
    yield { ...request, arrivalMs };
  }
}

/** Draws of different parts of a load have nothing in common. */
export const PARTS_APART = 1_000_000;

/** Requests of all parts but the first are marked in their ids. */
export const isLaterPart = ({ id }: WorkloadRequest): boolean => id.endsWith(LATER);
const LATER = '+';

/** Each part at its own share of the rate, all by arrival. */
function mixed({ parts, ratePerS }: MixedLoad, drawn: Drawn): Iterable<WorkloadRequest> {
  const most = 'requests' in drawn.extent ? drawn.extent.requests : Infinity;
  const streams = parts.map((part, i) => {
    const share = (drawn.ratePerS * part.ratePerS) / ratePerS;
    const requests = [...evenly(part, { ...drawn, ratePerS: share, seed: drawn.seed + i * PARTS_APART })];
    return i === 0 ? requests : requests.map((request) => ({ ...request, id: `${request.id}${LATER}` }));
  });
  return streams
    .flat()
    .sort((a, b) => a.arrivalMs - b.arrivalMs)
    .slice(0, most);
}

/** At a mean rate that does not change. */
function evenly(load: TuningLoad, drawn: Drawn): Iterable<WorkloadRequest> {
  if (load.kind === 'mixed') return mixed(load, drawn);
  if (load.kind === 'workload') return seededRequests({ card: load.card, burstiness: load.burstiness, ...drawn });
  if (load.requests.length === 0)
    throw new VoltanaError('BAD_VALUE', `${load.name} holds no requests`, { hint: 'Give a trace that holds some.' });
  return load.timed ? stretched(load, drawn) : seededArrivals(around(load, drawn.seed), { burstiness: 1, ...drawn });
}

/**
 * The requests of one run: the same for every configuration that is compared. Of a workload they are those that `voltana simulate`
 * draws from the same seed.
 * @returns ascending by arrival
 * @throws VoltanaError BAD_VALUE
 */
export function scheduleOf(
  load: TuningLoad,
  fidelity: Pick<Fidelity, 'requests' | 'seed' | 'load'>,
  day: DayShape | null,
): WorkloadRequest[] {
  const drawn = { ratePerS: load.ratePerS * fidelity.load, seed: fidelity.seed };
  if (day === null) return [...evenly(load, { ...drawn, extent: { requests: fidelity.requests } })];
  checkShares(day);
  return [...atShares(evenly(load, { ...drawn, extent: { durationMs: evenMsOf(day) } }), day)];
}
