import type { CapacityAnswer, Fidelity, TuningChoice } from '../../domain/tuning.ts';
import { entryOf, type Entry } from '../search/standing.ts';
import type { Asking, DayShape, EvaluationTask } from '../types.ts';
import { dayEnergyOf, kWhPerDay, type DayEnergy } from './energies.ts';
import { askGroups, seedFor, taskOf, type Inquiry } from './inquiry.ts';
import type { RestTimes } from './day-shape.ts';
import { percentOf, rounded, savedPctOf, savedText } from './texts.ts';

/** A day's load: squeezed shares of the rate asked for, its busiest; or a trace that holds a day itself, as it came. */
export type DayLoad =
  { readonly kind: 'shape'; readonly shape: DayShape; readonly rest: RestTimes } | { readonly kind: 'trace'; readonly requests: number };

const HOURS = 24;
const S_PER_HOUR = 3600;

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Who serves the day. */
const WAYS = ['baseline', 'awake', 'parked', 'released'] as const;
type Way = (typeof WAYS)[number];

const choicesOf = ({ baseline, recommended }: Inquiry): Record<Way, TuningChoice> => ({
  baseline: { ...baseline, rest: 'awake' },
  awake: { ...recommended, rest: 'awake' },
  parked: { ...recommended, rest: 'park' },
  released: { ...recommended, rest: 'release' },
});

const requestsOf = (load: DayLoad, ratePerS: number): number =>
  load.kind === 'trace' ? load.requests : sum(load.shape.shares) * load.shape.secondsPerShare * ratePerS;

/** Simulated requests of `day`. */
export const dayRequests = ({ ratePerS }: Pick<Inquiry, 'ratePerS'>, load: DayLoad): number => WAYS.length * requestsOf(load, ratePerS);

function taskFor(inquiry: Inquiry, load: DayLoad, choice: TuningChoice): EvaluationTask {
  const requests = Math.max(1, Math.round(requestsOf(load, inquiry.ratePerS)));
  const fidelity: Fidelity = { requests, seed: seedFor(inquiry, 'day', 0), load: 1, hostileWorld: null };
  return taskOf(choice, fidelity, { day: load.kind === 'shape' ? load.shape : null });
}

/** One way to serve the day. What released GPUs drew is somebody else's. */
interface Served {
  readonly way: Way;
  readonly entry: Entry;
  readonly energy: DayEnergy | null;
  readonly savedPct: number | null;
  /** The same with what released GPUs drew counted in. */
  readonly savedWithReleasedPct: number | null;
}

function servedOf(entries: Readonly<Record<Way, Entry>>): Record<Way, Served> {
  const base = dayEnergyOf(entries.baseline.evaluations);
  const perToken = (energy: DayEnergy | null, of: 'ownJ' | 'allJ'): number | null => energy && energy[of] / energy.tokens;
  const served = (way: Way): Served => {
    const energy = dayEnergyOf(entries[way].evaluations);
    const savedPct = savedPctOf(perToken(base, 'ownJ'), perToken(energy, 'ownJ'));
    return {
      way,
      entry: entries[way],
      energy,
      savedPct,
      savedWithReleasedPct: savedPctOf(perToken(base, 'allJ'), perToken(energy, 'allJ')),
    };
  };
  return { baseline: served('baseline'), awake: served('awake'), parked: served('parked'), released: served('released') };
}

/** The most that is saved without breaking the target over the day; null where every way breaks it. */
const bestOf = ({ awake, parked, released }: Record<Way, Served>): Served | null =>
  [awake, parked, released]
    .filter(({ entry, savedPct }) => entry.standing.likely && savedPct !== null)
    .sort((a, b) => b.savedPct! - a.savedPct!)[0] ?? null;

/**
 * A day served by the baseline, and by the recommended configuration with all instances awake, with idle ones parked, and with idle ones
 * released: the energy of each, released GPUs told apart, and what is kept. All on the same requests.
 */
export function* day(inquiry: Inquiry, load: DayLoad): Asking<CapacityAnswer> {
  const choices = choicesOf(inquiry);
  const runs = yield* askGroups(
    'a day',
    WAYS.map((way) => [taskFor(inquiry, load, choices[way])]),
    0,
  );
  const entry = (way: Way): Entry => entryOf(choices[way], runs[WAYS.indexOf(way)]!, inquiry);
  const entries = { baseline: entry('baseline'), awake: entry('awake'), parked: entry('parked'), released: entry('released') };
  return answerOf(inquiry, load, servedOf(entries));
}

function kWhOf({ energy }: Served): number | null {
  return energy && kWhPerDay(energy.ownJ, energy.spanS);
}

function wayText(name: string, one: Served): string {
  const kWh = kWhOf(one);
  const saved = one.way === 'baseline' || one.savedPct === null ? '' : ` (${savedText(one.savedPct)} per token)`;
  return `${name} ${kWh === null ? 'an unknown energy' : `${rounded(kWh)} kWh`}${saved}, ${percentOf(one.entry.standing.joint)} kept`;
}

function shapeText(load: DayLoad, ratePerS: number): string {
  if (load.kind === 'trace') return `Over the trace, as it came (${rounded(ratePerS)} requests/s in the mean)`;
  const { shares } = load.shape;
  const [least, most] = [Math.min(...shares), Math.max(...shares)];
  return `Over a diurnal day of ${rounded(least * ratePerS)} to ${rounded(most * ratePerS)} requests/s (an assumed shape, after public traces)`;
}

/** What the squeezing makes worse than a real day. */
function squeezeText(load: DayLoad): string {
  if (load.kind === 'trace') return '';
  const { shares, secondsPerShare } = load.shape;
  const factor = (HOURS * S_PER_HOUR) / (shares.length * secondsPerShare);
  const { calmMs, coldStartMs } = load.rest;
  return ` Simulated ${rounded(factor)} times faster than it passes (${rounded(secondsPerShare)} s in place of ${rounded((HOURS * S_PER_HOUR) / shares.length)} s): the ${calmMs / 1000} s of calm before an instance rests and the ${coldStartMs / 1000} s of a cold start weigh ${rounded(factor)} times as much as on a real day, so resting is worth more there.`;
}

function answerOf({ ratePerS }: Inquiry, load: DayLoad, served: Record<Way, Served>): CapacityAnswer {
  const { baseline, awake, parked, released } = served;
  const best = bestOf(served);
  const freed = released.energy?.releasedShare ?? 0;
  const withDraw =
    released.savedWithReleasedPct === null ? '' : `, or ${savedText(released.savedWithReleasedPct)} with what released GPUs still draw`;
  const lines = [
    `${shapeText(load, ratePerS)}, in 24 hours: ${wayText('the given layout at its highest clock', baseline)}`,
    wayText('the recommended configuration awake', awake),
    wayText('with idle instances parked', parked),
    `${wayText('with idle instances released', released)}, ${percentOf(freed)} of the GPU time free for others${withDraw}`,
  ];
  const verdict =
    best === null
      ? 'None of the recommended ways keeps the target over the day.'
      : `Best that keeps the target: ${best.way}, ${savedText(best.savedPct!)}.`;
  return {
    question: 'day',
    text: `${lines.join('; ')}. ${verdict}${squeezeText(load)}`,
    figures: { ...figuresOf(load, ratePerS, served), bestSavedPct: best?.savedPct ?? null },
  };
}

function figuresOf(load: DayLoad, ratePerS: number, { baseline, awake, parked, released }: Record<Way, Served>): CapacityAnswer['figures'] {
  const shape = load.kind === 'shape' ? load.shape : null;
  return {
    ...{
      baselineKWhPerDay: kWhOf(baseline),
      awakeKWhPerDay: kWhOf(awake),
      parkedKWhPerDay: kWhOf(parked),
      releasedKWhPerDay: kWhOf(released),
    },
    ...{ awakeSavedPct: awake.savedPct, parkedSavedPct: parked.savedPct, releasedSavedPct: released.savedPct },
    releasedSavedWithTheirDrawPct: released.savedWithReleasedPct,
    releasedGpuTimePct: released.energy && 100 * released.energy.releasedShare,
    baselineJoint: baseline.entry.standing.joint,
    awakeJoint: awake.entry.standing.joint,
    parkedJoint: parked.entry.standing.joint,
    releasedJoint: released.entry.standing.joint,
    ratePerS,
    secondsPerShare: shape?.secondsPerShare ?? null,
    simulatedS: baseline.energy?.spanS ?? null,
    requests: Math.round(requestsOf(load, ratePerS)),
  };
}
