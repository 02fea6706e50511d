import { nearest } from '../../config/nearest.ts';
import { readNumber } from '../../config/number-text.ts';
import type { ArrivalKind, BenchLoad } from '../../domain/bench.ts';
import { VoltanaError } from '../../domain/errors.ts';
import type { ArrivalOptions } from '../../workload/arrival-times.ts';
import { meanRampRps, type Ramp } from '../../workload/ramp.ts';
import type { BenchRequest } from './request.ts';

const DRAWN = ['constant', 'poisson', 'gamma', 'empirical'] as const satisfies readonly ArrivalKind[];
type Drawn = (typeof DRAWN)[number];

/** How requests come, as a record tells it and as a schedule draws it. */
export interface AskedArrivals {
  readonly told: Pick<BenchLoad, 'arrivals' | 'burstiness' | 'ramp'>;
  /** Null: as fast as a closed loop takes them. */
  readonly ratePerS: number | Ramp | null;
  readonly drawn: Pick<ArrivalOptions, 'arrivalShape' | 'burstiness'>;
}

const STRATEGIES = ['linear', 'exponential'] as const;
const RAMP_HINT = 'Write it as FROM:TO or FROM:TO:exponential, in requests per second: --ramp 1:10.';

/** @throws VoltanaError BAD_VALUE */
function parseRamp(text: string): Ramp {
  const [from = '', to = '', strategy = 'linear', ...rest] = text.split(':');
  const [startRps, endRps] = [from, to].map((part) => readNumber(part, { type: 'number', minimum: 0 })) as [number?, number?];
  const known = STRATEGIES.find((one) => one === strategy);
  if (startRps === undefined || endRps === undefined || known === undefined || rest.length > 0)
    throw new VoltanaError('BAD_VALUE', `--ramp "${text}" is no ramp`, { hint: RAMP_HINT });
  return { startRps, endRps, strategy: known };
}

const isDrawn = (text: string): text is Drawn => DRAWN.some((kind) => kind === text);

function kindOf({ arrivals, burstiness = 1 }: BenchRequest): Drawn {
  if (arrivals === undefined) return burstiness === 1 ? 'poisson' : 'gamma';
  if (!isDrawn(arrivals)) {
    const close = nearest(arrivals, DRAWN);
    throw new VoltanaError('UNKNOWN_ID', `--arrivals "${arrivals}" is not known`, {
      hint: `${close ? `Did you mean ${close}? ` : ''}There are: ${DRAWN.join(', ')}.`,
    });
  }
  if (burstiness !== 1 && arrivals !== 'gamma')
    throw new VoltanaError('BAD_FLAG', `--burstiness ${burstiness} is of gamma arrivals, and these are ${arrivals}`, {
      hint: 'Leave one of the two out.',
    });
  return arrivals;
}

function checkApart({ ramp, rate, concurrency, trace, arrivals, burstiness }: BenchRequest): void {
  const given = Object.entries({ '--rate': rate, '--ramp': ramp, '--concurrency': concurrency }).filter(([, value]) => value !== undefined);
  if (given.length > 1)
    throw new VoltanaError('BAD_FLAG', `${given.map(([flag]) => flag).join(' and ')} are two ways to send requests`, {
      hint: 'Give one: --rate and --ramp send at their times (open loop), --concurrency so many at a time (closed loop).',
    });
  if (concurrency !== undefined && (arrivals !== undefined || burstiness !== undefined))
    throw new VoltanaError('BAD_FLAG', `a closed loop of ${concurrency} has no arrivals of its own`, {
      hint: 'Leave --arrivals and --burstiness out, or give --rate.',
    });
  const drawn = Object.entries({ '--ramp': ramp, '--arrivals': arrivals, '--burstiness': burstiness }).find(
    ([, value]) => value !== undefined,
  );
  if (trace !== undefined && drawn)
    throw new VoltanaError('BAD_FLAG', `--trace has its own times, and ${drawn[0]} is of drawn ones`, {
      hint: `Give --rate to stretch them, or --workload with ${drawn[0]}.`,
    });
}

/** @throws VoltanaError BAD_FLAG for what does not go together, UNKNOWN_ID, BAD_VALUE */
export function arrivalsOf(request: BenchRequest, defaultRatePerS: number): AskedArrivals {
  checkApart(request);
  const { burstiness = 1, concurrency, rate } = request;
  if (concurrency !== undefined)
    return { told: { arrivals: null, burstiness: null, ramp: null }, ratePerS: null, drawn: { arrivalShape: 'constant', burstiness: 1 } };
  const kind = kindOf(request);
  const ramp = request.ramp === undefined ? null : parseRamp(request.ramp);
  return {
    told: { arrivals: ramp ? 'ramp' : kind, burstiness: kind === 'gamma' || kind === 'poisson' ? burstiness : null, ramp },
    ratePerS: ramp ?? rate ?? defaultRatePerS,
    drawn: { arrivalShape: kind === 'constant' || kind === 'empirical' ? kind : 'gamma', burstiness },
  };
}

/** Requests per second in the mean. */
export const meanRate = (rate: number | Ramp): number => (typeof rate === 'number' ? rate : meanRampRps(rate));
