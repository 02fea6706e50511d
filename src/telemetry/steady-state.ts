import type { SteadyState } from '../domain/bench.ts';
import { steepness } from '../statistics/trend.ts';
import { mser } from '../statistics/truncation.ts';

/** One value a second since the first intended arrival; null where nothing was observed. */
export type Seconds = readonly (number | null)[];

export interface SteadyInput {
  readonly outputTokens: Seconds;
  /** Requests that were sent and had not ended. */
  readonly inFlight: Seconds;
  /** Left out, or all null, without a meter. */
  readonly powerW?: Seconds;
  /** When the last request was sent: from then on a run drains. */
  readonly sentUntilS: number;
}

/** From and to, in s since the first intended arrival. */
export interface Bounds {
  readonly startS: number;
  readonly endS: number;
}

/** As `SteadyState`, with the bounds of its stretches alone. */
export interface FoundSteadyState {
  readonly found: boolean;
  readonly method: SteadyState['method'];
  readonly ramp: Bounds | null;
  readonly steady: Bounds | null;
  readonly drain: Bounds | null;
  /** Why none was found; null where one was. */
  readonly reason: string | null;
}

/** A shorter stretch is none, however flat it is. */
export const LEAST_STEADY_S = 10;
/** A ramp may take as much of the time of sending, and no more: beyond, truncation finds chance (White's rule). */
const MOST_RAMP = 1 / 2;
/** A run is looked at in so many pieces at most. */
const MOST_PIECES = 240;
/** MSER-5: means of 5 observations, so that single seconds do not decide. Shorter runs have too few of them. */
const PIECE_S = 5;
const FEWEST_PIECES = 24;
/** A drift of less than this over the whole stretch changes no figure that anybody would compare. */
const TOLERATED_DRIFT = 0.1;
/** How sure it must be that a drift is none of the ups and downs that the series has anyway. */
const ALPHA = 0.05;
/** A meter that misses more than this part tells nothing. */
const MOST_MISSING = 0.1;

const METHOD =
  `MSER-5 on output tokens, open requests and power, from the start until sending ends, at least ${LEAST_STEADY_S} s and half of it; ` +
  `none of them drifts by more than ${100 * TOLERATED_DRIFT} % of its mean with p < ${ALPHA}, its own autocorrelation allowed for`;

interface Named {
  readonly name: string;
  readonly values: readonly number[];
}

const known = (name: string, values: Seconds, lengthS: number): Named[] => {
  const there = values.slice(0, lengthS).filter((value) => value !== null);
  if (there.length < (1 - MOST_MISSING) * lengthS || there.every((value) => value === 0)) return [];
  let last = there[0] as number;
  return [{ name, values: values.slice(0, lengthS).map((value) => (last = value ?? last)) }];
};

const piecesOf = (values: readonly number[], pieceS: number): number[] =>
  Array.from({ length: Math.floor(values.length / pieceS) }, (_, i) => {
    const piece = values.slice(i * pieceS, (i + 1) * pieceS);
    return piece.reduce((sum, value) => sum + value, 0) / piece.length;
  });

const pieceSecondsOf = (lengthS: number): number =>
  Math.max(Math.ceil(lengthS / MOST_PIECES), Math.min(PIECE_S, Math.max(1, Math.floor(lengthS / FEWEST_PIECES))));

const notFound = (reason: string): FoundSteadyState => ({ found: false, method: METHOD, ramp: null, steady: null, drain: null, reason });

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

/** Whether what comes just before a cut is unlike what comes after it. */
const stillMoving = (values: readonly number[], cut: number): boolean => {
  const [before, after] = [meanOf(values.slice(Math.floor(0.75 * cut), cut)), meanOf(values.slice(cut))];
  return Math.abs(before - after) > TOLERATED_DRIFT * Math.abs(after);
};

/** Why a stretch is not steady by this series; null when it is. */
const driftOf = ({ name, values }: Named, { startS, endS }: Bounds): string | null => {
  const { drift, pValue } = steepness(values.slice(startS, endS));
  if (Math.abs(drift) <= TOLERATED_DRIFT || pValue >= ALPHA) return null;
  return `${name} ${drift > 0 ? 'rise' : 'fall'} by ${Math.round(100 * Math.abs(drift))} % of the mean between ${startS} s and ${endS} s`;
};

/**
 * The stretch of a run between its ramp and its drain: where neither the tokens delivered each second, nor the requests that are
 * open, nor the power has a trend. The ramp is cut off by MSER-5 (White, Cobb and Spratt 2000), the drain begins where sending ends.
 * Loads that are steady are called so in 90 % of all runs at least, in 95 % from 300 s on; a load that grows eightfold throughout
 * 300 s is found out in 85 %. Half a minute tells little: there half of such loads pass.
 */
export const findSteadyState = ({ outputTokens, inFlight, powerW = [], sentUntilS }: SteadyInput): FoundSteadyState => {
  const lengthS = Math.min(outputTokens.length, inFlight.length);
  const endS = Math.min(lengthS, Math.floor(sentUntilS));
  const latestS = Math.min(endS * MOST_RAMP, endS - LEAST_STEADY_S);
  if (latestS < 0) return notFound(`requests were sent for ${endS} s, and a steady stretch takes ${LEAST_STEADY_S} at least`);
  const tokens = known('output tokens', outputTokens, endS);
  if (tokens.length === 0) return notFound('no output tokens were seen');
  const all = [...tokens, ...known('open requests', inFlight, endS), ...known('power', powerW, endS)];

  const pieceS = pieceSecondsOf(endS);
  const latestStart = Math.floor(latestS / pieceS);
  let startS = 0;
  for (const { name, values } of all) {
    const start = mser(piecesOf(values, pieceS), latestStart);
    // The further it may cut the better: it has not settled, unless the cut is chance.
    if (start > 0 && start === latestStart && stillMoving(values, start * pieceS)) {
      return notFound(`${name} had not settled after ${start * pieceS} of ${endS} s`);
    }
    startS = Math.max(startS, start * pieceS);
  }
  const steady = { startS, endS };
  for (const series of all) {
    const drift = driftOf(series, steady);
    if (drift !== null) return notFound(drift);
  }
  return {
    found: true,
    method: METHOD,
    ramp: startS > 0 ? { startS: 0, endS: startS } : null,
    steady,
    drain: endS < lengthS ? { startS: endS, endS: lengthS } : null,
    reason: null,
  };
};
