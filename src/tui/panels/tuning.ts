import type { BurnRate, RolloutStage } from '../../domain/live-tuning.ts';
import type { ScreenState, ScreenTuning } from '../../domain/screen.ts';
import { number, signed } from '../../reporting/format.ts';
import { span, type Row, type Span } from '../spans.ts';
import { minutes } from '../text.ts';

const TRACK: readonly RolloutStage[] = ['shadow', 'canary', 'tenth', 'half', 'all'];

const trackOf = ({ stage }: ScreenTuning): Span[] => {
  const present = TRACK.indexOf(stage);
  if (present < 0) return [span(`! ${stage}`, 'attention')];
  return TRACK.flatMap((name, at): Span[] => [
    ...(at > 0 ? [span(' → ', 'dim')] : []),
    at === present ? span(`[${name}]`, 'good') : span(name, at < present ? 'plain' : 'dim'),
  ]);
};

const windowName = (seconds: number): string =>
  seconds >= 3600 ? `${number(seconds / 3600, 0)} h` : seconds >= 60 ? `${number(seconds / 60, 0)} min` : `${seconds} s`;

const burnSpans = ({ windowS, requests, rate }: BurnRate): Span[] => {
  const beyond = rate !== null && rate > 1;
  return [
    span(`${windowName(windowS)} `, 'dim'),
    span(rate === null ? 'none yet' : `${beyond ? '!' : ''}${number(rate, 2)}x`, beyond ? 'attention' : 'plain'),
    span(` of ${requests}   `, 'dim'),
  ];
};

const savedSpans = ({ savedPct }: ScreenTuning): Span[] =>
  savedPct === null
    ? [span('saving not known yet', 'dim')]
    : [
        span(`${signed(savedPct, 1, '%')} saved`, savedPct > 0 ? 'good' : 'attention'),
        span(' per token against those at the highest clock', 'dim'),
      ];

/** How far live tuning has come, and how fast the allowance of missed promises is spent. */
export const tuningRows = ({ tuning }: ScreenState): Row[] => {
  if (!tuning) return [];
  const { governed, domains, stageS, reason, burnRates } = tuning;
  return [
    [...trackOf(tuning), span(`   ${governed} of ${domains} governed, for ${minutes(stageS)}   `), ...savedSpans(tuning)],
    [span('allowance spent  ', 'dim'), ...(burnRates.length > 0 ? burnRates.flatMap(burnSpans) : [span('no window yet', 'dim')])],
    [span('because          ', 'dim'), span(reason)],
  ];
};
