import type { CapacityAnswer } from '../../domain/tuning.ts';
import type { Slo } from '../../domain/slo.ts';
import { entryOf, type Entry } from '../search/standing.ts';
import type { Asking } from '../types.ts';
import { judgedRequests, meanJoules } from './energies.ts';
import { askGroups, fidelitiesFor, taskOf, type Inquiry } from './inquiry.ts';
import { joulesText, percentOf, rounded, savedPctOf, savedText, targetText } from './texts.ts';

const FACTORS = [0.8, 1.25, 1.5];
const PROMISES = ['ttftMs', 'itlMs'] as const;
const NAMES: Readonly<Record<(typeof PROMISES)[number], string>> = { ttftMs: 'TTFT', itlMs: 'mean gap' };

interface Other {
  readonly promise: (typeof PROMISES)[number];
  readonly factor: number;
  readonly slo: Slo;
}

const othersOf = ({ constraints: { slo } }: Inquiry): Other[] =>
  PROMISES.flatMap((promise) => FACTORS.map((factor) => ({ promise, factor, slo: { ...slo, [promise]: slo[promise] * factor } })));

/** Simulated requests of `sloPrice`. */
export const sloPriceRequests = ({ effort }: Pick<Inquiry, 'effort'>): number =>
  (PROMISES.length * FACTORS.length + 1) * effort.seeds * effort.requests;

/** What the recommended configuration takes under other promises, one of the two changed at a time, on the same loads: its governor plans for them. Its layout and settings stay. */
export function* sloPrice(inquiry: Inquiry): Asking<CapacityAnswer[]> {
  const fidelities = fidelitiesFor(inquiry, 'promises');
  const others = othersOf(inquiry);
  const under = (slo: Slo | null) => fidelities.map((fidelity) => taskOf(inquiry.recommended, fidelity, { slo }));
  const [asked, ...runs] = yield* askGroups('the price of other promises', [under(null), ...others.map(({ slo }) => under(slo))], 0);
  const reference = meanJoules(asked!);
  return others.map((other, i) => answerOf(inquiry, other, entryOf(inquiry.recommended, runs[i]!, inquiry), reference));
}

function answerOf({ constraints }: Inquiry, { promise, factor, slo }: Other, entry: Entry, reference: number | null): CapacityAnswer {
  const { joint, lower, sure } = entry.standing;
  const joules = meanJoules(entry.evaluations);
  const savedPct = savedPctOf(reference, joules);
  const kept = sure
    ? `keeps it (${percentOf(joint)} of the requests)`
    : `does not surely keep it (${percentOf(joint)} of the requests; asked: ${targetText(constraints)})`;
  return {
    question: 'slo-price',
    text: `With a promised ${NAMES[promise]} of ${rounded(slo[promise])} ms (x ${factor}) the recommended configuration takes ${joulesText(joules)}${savedPct === null ? '' : `, ${savedText(savedPct)}`}, and ${kept}.`,
    figures: {
      ...{ ttftMs: slo.ttftMs, itlMs: slo.itlMs, factor },
      joulesPerOutputToken: joules,
      savedPct,
      joint,
      lowerBound: lower,
      keeps: Number(sure),
      judgedRequests: judgedRequests(entry.evaluations),
    },
  };
}
