import type { TuningChoice, TuningObjective, TuningPrices } from './tuning.ts';

/** "2 prefill + 3 decode", with the GPUs of each where they are several. */
export function layoutText({ prefill, decode, aggregated, tp }: Pick<TuningChoice, 'prefill' | 'decode' | 'aggregated' | 'tp'>): string {
  const instances = aggregated > 0 ? `${aggregated} aggregated` : `${prefill} prefill + ${decode} decode`;
  return tp === 1 ? instances : `${instances}, ${tp} GPUs each`;
}

const RESTS: Readonly<Record<TuningChoice['rest'], string | null>> = { awake: null, park: 'parks', release: 'releases' };

/** What differs from how the card or the policy has it, in few words. */
function turnedText(choice: TuningChoice): string[] {
  const { minClockMhz, maxClockMhz, maxRunning, captureSizes, chunkTokens, powerLimitW, itlTarget, ttftTarget, rest } = choice;
  const of = (value: number | null, text: (value: number) => string): string | null => (value === null ? null : text(value));
  return [
    of(minClockMhz, (mhz) => `from ${mhz} MHz`),
    of(maxClockMhz, (mhz) => `up to ${mhz} MHz`),
    of(maxRunning, (most) => `batch up to ${most}`),
    captureSizes && `${captureSizes.length} captured batches up to ${Math.max(...captureSizes)}`,
    of(chunkTokens, (tokens) => `chunks of ${tokens}`),
    of(powerLimitW, (watts) => `capped at ${watts} W`),
    of(itlTarget, (part) => `ITL target ${part}`),
    of(ttftTarget, (part) => `TTFT target ${part}`),
    RESTS[rest],
  ].filter((text) => text !== null);
}

const governorText = ({ governor, fixedMhz }: TuningChoice): string =>
  fixedMhz === null ? governor : `${governor} ${fixedMhz.prefill}:${fixedMhz.decode} MHz`;

/** "slo + eco, chunks of 4096". */
export const settingsText = (choice: TuningChoice): string =>
  [`${governorText(choice)} + ${choice.routing}`, ...turnedText(choice)].join(', ');

const PER_MILLION = 'per million output tokens';

/** What `objectivePerMillionTokens` is in. */
export function objectiveUnit(objective: TuningObjective, { currency }: Pick<TuningPrices, 'currency'>): string {
  if (objective === 'energy') return `J ${PER_MILLION}`;
  return objective === 'cost' ? `${currency} ${PER_MILLION}` : `g CO2 ${PER_MILLION}`;
}

/** What a saving is a saving of. */
export const objectiveWord = (objective: TuningObjective): string =>
  objective === 'energy' ? 'energy' : objective === 'cost' ? 'cost' : 'CO2';
