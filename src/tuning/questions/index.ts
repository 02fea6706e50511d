import type { CapacityAnswer } from '../../domain/tuning.ts';
import type { Asking } from '../types.ts';
import { day, dayRequests, type DayLoad } from './day.ts';
import { fewestGpus, fewestGpusRequests, type FleetInquiry } from './fewest-gpus.ts';
import { largestRate, largestRateRequests } from './largest-rate.ts';
import { robustness, robustnessRequests } from './robustness.ts';
import { sloPrice, sloPriceRequests } from './slo-price.ts';

export type { DayLoad } from './day.ts';
export { usualDay } from './day-shape.ts';
export { QUESTION_EFFORTS } from './effort.ts';
export { robustness };

export type Question = CapacityAnswer['question'];

export interface QuestionsInquiry extends FleetInquiry {
  readonly day: DayLoad;
}

const REQUESTS: Readonly<Record<Question, (inquiry: QuestionsInquiry) => number>> = {
  'largest-rate': largestRateRequests,
  'fewest-gpus': fewestGpusRequests,
  'slo-price': sloPriceRequests,
  day: (inquiry) => dayRequests(inquiry, inquiry.day),
};

/** Simulated requests of the questions, as they usually go, and of the look at the pick under other conditions. */
export const questionRequests = (inquiry: Pick<QuestionsInquiry, 'effort' | 'ratePerS' | 'day'>, questions: readonly Question[]): number =>
  robustnessRequests(inquiry) + questions.reduce((sum, question) => sum + REQUESTS[question](inquiry as QuestionsInquiry), 0);

function* answer(inquiry: QuestionsInquiry, question: Question): Asking<readonly CapacityAnswer[]> {
  switch (question) {
    case 'largest-rate':
      return [yield* largestRate(inquiry)];
    case 'fewest-gpus':
      return [yield* fewestGpus(inquiry)];
    case 'slo-price':
      return yield* sloPrice(inquiry);
    case 'day':
      return [yield* day(inquiry, inquiry.day)];
  }
}

/** The same search, with so many simulated requests to come behind it. */
export function* followed<T>(asking: Asking<T>, laterRequests: number): Asking<T> {
  let turn = asking.next([]);
  while (!turn.done) turn = asking.next(yield { ...turn.value, requestsToCome: turn.value.requestsToCome + laterRequests });
  return turn.value;
}

/** The questions that were asked, one after the other. */
export function* capacity(inquiry: QuestionsInquiry, questions: readonly Question[]): Asking<CapacityAnswer[]> {
  const answers: CapacityAnswer[] = [];
  for (const [i, question] of questions.entries()) {
    const later = questions.slice(i + 1).reduce((sum, next) => sum + REQUESTS[next](inquiry), 0);
    answers.push(...(yield* followed(answer(inquiry, question), later)));
  }
  return answers;
}
