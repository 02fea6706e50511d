import type { ScreenDecision, ScreenState } from '../../domain/screen.ts';
import { span, type Row } from '../spans.ts';

/** The newest first. */
export const decisionRows = ({ decisions = [] }: ScreenState): Row[] => {
  const newest = [...decisions].reverse();
  return newest.map(({ instance, fromMhz, toMhz, reason }: ScreenDecision) => [
    span(`${instance.padEnd(9)} `, 'bold'),
    span(`${String(fromMhz).padStart(5)} `),
    span(toMhz < fromMhz ? '↓' : '↑', toMhz < fromMhz ? 'good' : 'attention'),
    span(` ${String(toMhz).padStart(5)} MHz  `),
    span(reason, 'dim'),
  ]);
};

/** All of them, the newest first. */
export const warningRows = ({ warnings }: ScreenState): Row[] =>
  [...warnings].reverse().map((text) => [span('! ', 'attention'), span(text)]);
