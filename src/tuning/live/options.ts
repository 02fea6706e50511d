import { VoltanaError } from '../../domain/errors.ts';
import type { Role } from '../../domain/instance.ts';
import type { LiveTunables } from '../../domain/live-tuning.ts';
import type { Slo } from '../../domain/slo.ts';
import { SLO_TUNABLES } from '../../governing/slo/tunables.ts';
import { LONGEST_WINDOW_S, type WindowSpan } from './window.ts';

/** When a window says that the promise is being broken. */
export interface BurnWindow extends WindowSpan {
  /** With fewer requests it says nothing. */
  readonly least: number;
  /** So much more than the allowed fraction of requests must miss: points / 100. A multiple of the allowance would let a target of 90 % fall below 70. */
  readonly excess: number;
  /** How often so many misses may come by chance while the allowance is just kept. */
  readonly doubt: number;
}

/** What a stage takes before the next one. */
export interface StageNeeds {
  readonly leastS: number;
  /** Of each arm that there is, for each promise. */
  readonly requests: number;
}

export interface MarginOptions {
  /** Bounds of both targets: parts of the promise, never beyond it. */
  readonly least: number;
  readonly most: number;
  /** At most so far at a time: towards saving, once in a slow window; towards latency, once in a fast one. */
  readonly stepUp: number;
  readonly stepDown: number;
  /** No step while the misses are within this part of what is allowed. */
  readonly deadBand: number;
  /** With fewer requests since the last step there is none. */
  readonly requests: number;
  /** How sure a step must be of its direction. */
  readonly doubt: number;
}

export interface LadderOptions {
  /** Clocks that may be asked for, ascending; empty: no ladder for this role. */
  readonly clocksMhz: Readonly<Record<Role, readonly number[]>>;
  /** With fewer requests at low clocks nothing is learnt. */
  readonly requests: number;
  readonly doubt: number;
  /** One step down again after so long without a reason to go up. */
  readonly lowerAfterS: number;
}

export interface ThriftOptions {
  /** Parts of the signal's own median of the last day: at `low` and below latency alone counts, at `high` and above it is as usual. */
  readonly low: number;
  readonly high: number;
  /** Smaller changes of thrift are not made. */
  readonly hysteresis: number;
  /** At most so far in `everyS`. */
  readonly step: number;
  readonly everyS: number;
  /** The last value holds for so long when the signal is gone; then it is as usual. */
  readonly staleS: number;
  /** At thrift 0 the targets lie lower by this part. */
  readonly latencySpan: number;
}

export interface GuardOptions {
  readonly slo: Slo;
  /** Fraction of requests that must keep both promises, in (0, 1). */
  readonly sloTarget: number;
  /** What holds at the beginning; null targets begin at the policies' own. */
  readonly start: LiveTunables;
  readonly stages: Readonly<Record<'shadow' | 'canary' | 'tenth' | 'half', StageNeeds>>;
  /** A stage is passed when the governed miss at most this more (points / 100) than is allowed, or than those at the highest clock. */
  readonly tolerance: number;
  /** How sure of that. */
  readonly gateDoubt: number;
  readonly fast: BurnWindow;
  readonly slow: BurnWindow;
  /** Enough alone: about the last thousand requests, so that not many more than that can be harmed. */
  readonly surge: BurnWindow;
  /** How long a breach is held; doubles with each one up to `mostHoldS`, and is forgotten after `forgetS` without. */
  readonly holdS: number;
  readonly mostHoldS: number;
  readonly forgetS: number;
  /** A fault must have been gone for so long; doubles each time that it comes back, as a hold does. */
  readonly clearS: number;
  /** Arrivals so soon after a domain's treatment changed belong to neither. */
  readonly settleS: number;
  /** With one domain of a role only: so long governed, so long at the highest clock. Longer where requests are long. */
  readonly blockS: number;
  readonly margins: MarginOptions;
  readonly ladder: LadderOptions;
  readonly thrift: ThriftOptions;
}

export const FREE_TUNABLES: LiveTunables = { itlTarget: null, ttftTarget: null, minClockMhz: { prefill: null, decode: null }, thrift: 1 };
/** What null means in `LiveTunables`. */
export const POLICY_TARGETS = { itlTarget: SLO_TUNABLES.itlTarget, ttftTarget: SLO_TUNABLES.ttftTarget } as const;

/** How fast a rollout goes: `usual` for users' traffic, `quick` to see it work. */
export const PACES = {
  usual: {
    stages: {
      shadow: { leastS: 120, requests: 300 },
      canary: { leastS: 300, requests: 500 },
      tenth: { leastS: 300, requests: 1000 },
      half: { leastS: 300, requests: 1000 },
    },
    holdS: 300,
    blockS: 60,
    settleS: 2,
    clearS: 30,
  },
  quick: {
    stages: {
      shadow: { leastS: 10, requests: 20 },
      canary: { leastS: 20, requests: 60 },
      tenth: { leastS: 20, requests: 100 },
      half: { leastS: 20, requests: 100 },
    },
    holdS: 60,
    blockS: 10,
    settleS: 1,
    clearS: 5,
  },
} as const;

export const GUARD_DEFAULTS: Omit<GuardOptions, 'slo' | 'sloTarget'> = {
  ...PACES.usual,
  start: FREE_TUNABLES,
  tolerance: 0.01,
  gateDoubt: 0.05,
  fast: { windowS: 60, mostS: 600, enough: 100, least: 20, excess: 0.02, doubt: 1e-2 },
  slow: { windowS: 300, mostS: 3600, enough: 2000, least: 20, excess: 0.01, doubt: 1e-4 },
  surge: { windowS: 5, mostS: 60, enough: 1000, least: 20, excess: 0.02, doubt: 1e-6 },
  mostHoldS: 3600,
  forgetS: 3600,
  margins: { least: 0.6, most: 0.98, stepUp: 0.01, stepDown: 0.03, deadBand: 0.25, requests: 500, doubt: 0.05 },
  ladder: { clocksMhz: { prefill: [], decode: [] }, requests: 200, doubt: 0.01, lowerAfterS: 1800 },
  thrift: { low: 0.5, high: 1, hysteresis: 0.1, step: 0.25, everyS: 60, staleS: 900, latencySpan: 0.1 },
};

type Check = readonly [name: string, value: number, ok: (value: number) => boolean, must: string];
const positive = (value: number): boolean => value > 0 && value < Infinity;
const inside = (value: number): boolean => value > 0 && value < 1;
const part = (value: number): boolean => value > 0 && value <= 1;

const windowChecks = (name: string, { windowS, mostS, excess, doubt }: BurnWindow): Check[] => [
  [`${name}.windowS`, windowS, positive, 'be > 0'],
  [`${name}.mostS`, mostS, (value) => value >= windowS && value <= LONGEST_WINDOW_S, `lie between windowS and ${LONGEST_WINDOW_S}`],
  [`${name}.excess`, excess, (value) => value >= 0 && value < 1, 'lie in [0, 1)'],
  [`${name}.doubt`, doubt, inside, 'lie in (0, 1)'],
];

const checksOf = ({ slo, sloTarget, start, fast, slow, surge, holdS, mostHoldS, margins, thrift }: GuardOptions): Check[] => [
  ['slo.ttftMs', slo.ttftMs, positive, 'be > 0 ms'],
  ['slo.itlMs', slo.itlMs, positive, 'be > 0 ms'],
  ['sloTarget', sloTarget, inside, 'lie between 0 and 1, as 0.99: a promise without an allowance is broken by one request'],
  ['start.itlTarget', start.itlTarget ?? POLICY_TARGETS.itlTarget, part, 'lie in (0, 1]'],
  ['start.ttftTarget', start.ttftTarget ?? POLICY_TARGETS.ttftTarget, part, 'lie in (0, 1]'],
  ...windowChecks('fast', fast),
  ...windowChecks('slow', slow),
  ...windowChecks('surge', surge),
  ['slow.windowS', slow.windowS, (value) => value >= fast.windowS, "be at least the fast one's"],
  ['holdS', holdS, positive, 'be > 0'],
  ['mostHoldS', mostHoldS, (value) => value >= holdS, 'be at least holdS'],
  ['margins.most', margins.most, part, 'lie in (0, 1]: a target beyond the promise would break it'],
  ['margins.least', margins.least, (value) => value > 0 && value <= margins.most, 'lie between 0 and margins.most'],
  ['thrift.latencySpan', thrift.latencySpan, (value) => value >= 0 && value < 1, 'lie in [0, 1)'],
  ['thrift.high', thrift.high, (value) => value > thrift.low, 'be above thrift.low'],
];

/** @throws VoltanaError BAD_VALUE for the first option that makes no sense, NaN among them */
export function checkedOptions(given: Partial<GuardOptions> & Pick<GuardOptions, 'slo' | 'sloTarget'>): GuardOptions {
  const options = { ...GUARD_DEFAULTS, ...given };
  for (const [name, value, ok, must] of checksOf(options))
    if (!ok(value)) throw new VoltanaError('BAD_VALUE', `live tuning: ${name} must ${must}, got ${value}`);
  return options;
}
