import { CASES } from './cases.ts';
import { run, type Asked, type Ran } from './run.ts';
import { attainments, joules, settledAfterS, windowsBelow } from './windows.ts';
import { profiledWith, scheduleAt, type ProfileError } from './world.ts';

/** Energy within this part of a perfect profile's. */
const MOST_APART = 0.03;
/** Of the requests. */
const TARGET = 0.99;
const POINT = 0.01;
const SECONDS = { window: 10, steady: 60 } as const;

const percent = (part: number): number => Math.round(10_000 * part) / 100;

/** Simulated: the same requests on the same devices, under a profile with an error and under a perfect one. */
export interface Verdict {
  readonly mode: 'simulated';
  readonly name: string;
  readonly adapts: boolean;
  readonly seed: number;
  readonly withinS: number | null;
  /** All of the run, and from `withinS` on: above what a perfect profile takes. */
  readonly energyPct: number;
  readonly energyAfterPct: number;
  /** Seconds from which on no window of 10 s, or of 60 s, is further off; null where the last one is. */
  readonly settledS: { readonly by10s: number | null; readonly by60s: number | null };
  readonly windows: number;
  readonly windowsBelow: number;
  /** Of the same windows with the maximum clock throughout. */
  readonly windowsBelowAtMaximum: number;
}

interface Session {
  readonly ratePerS: number;
  readonly durationS: number;
  readonly seed: number;
}

/** Judges every case, with and without adaptation, and the perfect profile adapting. */
export function* verdicts({ ratePerS, durationS, seed }: Session): Generator<Verdict> {
  const schedule = scheduleAt(ratePerS, durationS, seed);
  const runWith = (error: ProfileError, adapts: boolean, governor: Asked['governor'] = 'slo'): Ran =>
    run({ schedule, seed, governor, adapts, predictorOf: (role) => profiledWith(error, role) });
  const perfect = runWith({}, false);
  const atMaximum = windowsBelow(attainments(runWith({}, false, 'max').served), TARGET - POINT);
  const over = (ran: Ran, fromS: number): number => percent(joules(ran, fromS, durationS) / joules(perfect, fromS, durationS) - 1);
  const cases = [{ name: 'perfect profile', error: {}, withinS: null }, ...CASES];
  for (const { name, error, withinS } of cases) {
    for (const adapts of [false, true]) {
      const ran = runWith(error, adapts);
      const shares = attainments(ran.served);
      yield {
        mode: 'simulated',
        name,
        adapts,
        seed,
        withinS,
        energyPct: over(ran, 0),
        energyAfterPct: over(ran, withinS ?? 0),
        settledS: {
          by10s: settledAfterS(ran, perfect, durationS, SECONDS.window, MOST_APART),
          by60s: settledAfterS(ran, perfect, durationS, SECONDS.steady, MOST_APART),
        },
        windows: shares.length,
        windowsBelow: windowsBelow(shares, TARGET - POINT),
        windowsBelowAtMaximum: atMaximum,
      };
    }
  }
}
