import { gpusOf, type Evaluation } from '../../domain/tuning.ts';
import { layoutText } from '../../domain/tuning-text.ts';
import { clip, counted, number } from '../format.ts';

const WIDTH = 100;
const MINUTE_S = 60;

/** As much of a search's progress as a line holds. */
interface Progress {
  readonly stage: string;
  readonly done: number;
  readonly of: number;
  readonly simulated: number;
  readonly replayed: number;
  readonly best: Evaluation | null;
  readonly etaS: number | null;
}

const durationText = (seconds: number): string =>
  seconds < MINUTE_S ? `${Math.ceil(seconds)} s` : `${Math.floor(seconds / MINUTE_S)} min ${Math.round(seconds % MINUTE_S)} s`;

/** A configuration and what it costs, in words. */
export const bestText = ({ choice, joulesPerOutputToken }: Evaluation): string =>
  `${number(joulesPerOutputToken, 3, 'J/token')} on ${counted(gpusOf(choice), 'GPU')} (${layoutText(choice)}, ${choice.governor} + ${choice.routing})`;

const bestSoFar = (best: Evaluation): string => `best so far ${bestText(best)}`;

/** What a stage begins with: one line. */
export function stageLine({ stage, of, simulated, replayed, best, etaS }: Progress): string {
  const before = [`${counted(simulated, 'run')} simulated`, ...(replayed === 0 ? [] : [`${replayed} known`])].join(', ');
  const so = simulated + replayed === 0 ? [] : [before, ...(etaS === null ? [] : [`about ${durationText(etaS)} left`])];
  return [
    `${stage}: ${counted(of, 'run')}${so.length === 0 ? '' : ` (${so.join('; ')})`}`,
    ...(best === null ? [] : [bestSoFar(best)]),
  ].join('; ');
}

/** Where a stage is, for a line that is written over. */
export function statusLine({ stage, done, of, best, etaS }: Progress): string {
  const left = etaS === null ? '' : `, about ${durationText(etaS)} left`;
  return clip(`${stage} ${done}/${of}${left}${best === null ? '' : `; ${bestSoFar(best)}`}`, WIDTH - 1);
}
