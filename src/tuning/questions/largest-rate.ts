import { layoutText } from '../../domain/tuning-text.ts';
import { gpusOf, type CapacityAnswer } from '../../domain/tuning.ts';
import { entryOf, type Entry } from '../search/standing.ts';
import type { Asking } from '../types.ts';
import { largestKept, type Probe } from './bisection.ts';
import { judgedRequests, meanJoules } from './energies.ts';
import { askGroups, fidelitiesFor, taskOf, type Inquiry, type Purpose } from './inquiry.ts';
import { joulesText, rounded, targetText } from './texts.ts';

/** The answer is no coarser than this. */
const RATE_TOLERANCE = 0.02;
/** Of the rate that was asked for. */
const RANGE = { from: 1, growth: 1.5, least: 1 / 64, most: 64 };
/** Steps down on fresh loads, each of the tolerance. */
const CONFIRMATIONS = 6;
/** Of a bisection from 1.5 to 1, what brackets it, and the guards. */
const PROBES = 12;

const runRequests = ({ effort }: Pick<Inquiry, 'effort'>): number => effort.seeds * effort.requests;

/** Simulated requests of `largestRate`, as it usually goes. */
export const largestRateRequests = (inquiry: Pick<Inquiry, 'effort'>): number => PROBES * runRequests(inquiry);

function* look(inquiry: Inquiry, purpose: Purpose, load: number, toCome: number): Asking<Entry> {
  const tasks = fidelitiesFor(inquiry, purpose, load).map((fidelity) => taskOf(inquiry.recommended, fidelity));
  const stage = `largest rate: ${rounded(load * inquiry.ratePerS)} requests/s`;
  const [evaluations] = yield* askGroups(stage, [tasks], toCome);
  return entryOf(inquiry.recommended, evaluations!, inquiry);
}

/** The bisection picks the luckiest of many looks: other loads must bear it out, or the next smaller rate. */
function* confirmed(inquiry: Inquiry, from: number): Asking<{ readonly load: number; readonly entry: Entry } | null> {
  for (let i = 0; i < CONFIRMATIONS; i += 1) {
    const load = from / (1 + RATE_TOLERANCE) ** i;
    const entry = yield* look(inquiry, 'confirmation', load, 0);
    if (entry.standing.sure) return { load, entry };
  }
  return null;
}

/**
 * The largest rate at which the recommended configuration keeps the target with the confidence asked for, and the power budget. Bisected on
 * common loads to 2 %, then confirmed on others.
 */
export function* largestRate(inquiry: Inquiry): Asking<CapacityAnswer> {
  let probes = 0;
  const probe: Probe = function* (load) {
    probes += 1;
    const toCome = Math.max(1, PROBES - probes) * runRequests(inquiry);
    return (yield* look(inquiry, 'rate', load, toCome)).standing.sure;
  };
  const { kept, failed } = yield* largestKept(probe, { ...RANGE, tolerance: RATE_TOLERANCE });
  const found = kept === null ? null : yield* confirmed(inquiry, kept);
  return answerOf(inquiry, found, failed);
}

function answerOf(inquiry: Inquiry, found: { load: number; entry: Entry } | null, failed: number | null): CapacityAnswer {
  const { recommended, ratePerS, constraints } = inquiry;
  const who = `The recommended configuration (${layoutText(recommended)}, ${gpusOf(recommended)} GPUs)`;
  const { standing, evaluations } = found?.entry ?? { standing: null, evaluations: [] };
  const joules = meanJoules(evaluations);
  const failedRate = failed === null ? null : failed * ratePerS;
  const text =
    found === null
      ? `${who} was found to keep its promises surely at no rate (${targetText(constraints)}): it is chosen too close to them to say more.`
      : `${who} serves ${failed === null ? 'at least' : 'up to'} ${rounded(found.load * ratePerS)} requests/s inside the promises (${targetText(constraints)}): ${rounded(found.load)} times what was asked for, at ${joulesText(joules)}${failedRate === null ? '' : `. At ${rounded(failedRate)} requests/s it does not`}.`;
  return {
    question: 'largest-rate',
    text,
    figures: {
      ratePerS: found ? found.load * ratePerS : null,
      timesAsked: found?.load ?? null,
      failedRatePerS: failedRate,
      joulesPerOutputToken: joules,
      joint: standing?.joint ?? null,
      lowerBound: standing?.lower ?? null,
      judgedRequests: judgedRequests(evaluations),
    },
  };
}
