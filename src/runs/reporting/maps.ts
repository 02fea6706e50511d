import type { EnergyMap } from '../../domain/energy-map.ts';
import { VoltanaError } from '../../domain/errors.ts';
import type { Role } from '../../domain/instance.ts';
import { ROLES } from '../../domain/instance.ts';
import type { FittedDocument } from '../../domain/profile.ts';
import type { RunConfig, RunRecord } from '../../domain/run-record.ts';
import { clockTable } from '../../emulation/device.ts';
import { analyticPredictor } from '../../prediction/analytic-predictor.ts';
import { createDevice } from '../../prediction/analytic/device.ts';
import { energyMapOf } from '../../prediction/energy-map.ts';
import { fittedPredictor } from '../../prediction/fitted-predictor.ts';
import type { Predictor } from '../../prediction/predictor.ts';
import type { Library } from '../library.ts';
import { loadsOf, contextTokensOf } from './loads.ts';

/** More columns than these nobody tells apart. */
const MOST_CLOCKS = 32;
const CLOCK_STEP_MHZ = 15;

type Cards = Pick<Library, 'gpu' | 'model' | 'engine' | 'fitted' | 'ids'>;

/** Whoever answers for one phase. */
interface Answers {
  readonly instance: string;
  readonly predictor: Predictor;
  /** Ascending. */
  readonly clocksMhz: readonly number[];
}

/** Where the maps come from, and what the reader must know of that. */
interface Ground {
  readonly answersFor: (role: Role) => Answers | null;
  readonly note: string;
}

/** Both ends, and so many between them at equal distances. */
const some = (values: readonly number[]): readonly number[] =>
  values.length <= MOST_CLOCKS
    ? values
    : Array.from({ length: MOST_CLOCKS }, (_, i) => values[Math.round((i * (values.length - 1)) / (MOST_CLOCKS - 1))]!);

function clocksOf({ clockRangeMhz: [low, high] }: Predictor, table: readonly number[] | null): readonly number[] {
  const steps = table ?? Array.from({ length: Math.floor((high - low) / CLOCK_STEP_MHZ) + 1 }, (_, i) => low + i * CLOCK_STEP_MHZ);
  return some(steps.filter((clockMhz) => clockMhz >= low && clockMhz <= high));
}

const byFit = (name: string, fitted: FittedDocument): Ground => ({
  answersFor(role) {
    const measured = fitted.instances.find(({ phase }) => phase === role);
    if (!measured) return null;
    const predictor = fittedPredictor(measured, fitted);
    return { instance: measured.instance, predictor, clocksMhz: clocksOf(predictor, fitted.cards && clockTable(fitted.cards.gpu)) };
  },
  note: `Energy over clock and load is modelled, by the fit ${name} (${fitted.evidence}).`,
});

const isOf = ({ provenance }: FittedDocument, { gpu, model, tp }: RunConfig): boolean =>
  provenance.gpu === gpu && provenance.model === model && provenance.tp === tp;

async function shippedFit(config: RunConfig, cards: Cards): Promise<Ground | null> {
  for (const id of await cards.ids('fitted')) {
    const fitted = await cards.fitted(id);
    if (isOf(fitted, config)) return byFit(id, fitted);
  }
  return null;
}

const DEFAULT_ENGINE = 'sglang-like';

async function byCards({ gpu, model, tp }: RunConfig, cards: Cards): Promise<Ground | null> {
  const [gpus, models] = [await cards.ids('gpus'), await cards.ids('models')];
  if (!gpus.includes(gpu) || !models.includes(model)) return null;
  const device = createDevice(await cards.gpu(gpu), await cards.model(model), await cards.engine(DEFAULT_ENGINE), tp);
  const table = clockTable(device.gpu);
  return {
    answersFor(role) {
      const predictor = analyticPredictor(device, role, table[0]!);
      return { instance: `${gpu} with ${model}`, predictor, clocksMhz: clocksOf(predictor, table) };
    },
    note: `Energy over clock and load is modelled, by the cards of ${gpu} and ${model}: nobody has measured this device.`,
  };
}

/** @throws VoltanaError UNKNOWN_ID, FILE_UNREADABLE, FILE_MALFORMED; BAD_VALUE for a fit of another device */
async function askedFit(file: string, config: RunConfig, cards: Cards): Promise<Ground> {
  const fitted = await cards.fitted(file);
  const { gpu, model, tp } = fitted.provenance;
  if (isOf(fitted, config)) return byFit(file, fitted);
  throw new VoltanaError(
    'BAD_VALUE',
    `${file} is a fit of ${model} on ${gpu}, tp ${tp}; the runs were of ${config.model} on ${config.gpu}, tp ${config.tp}`,
    { hint: 'Give the fit of their device, or leave --fitted out.' },
  );
}

export interface Mapped {
  readonly energyMaps: readonly EnergyMap[];
  readonly notes: readonly string[];
}

const NONE: Mapped = { energyMaps: [], notes: [] };

/**
 * Energy over clock and load, up to what the runs saw, of the device of the first: by the fit that was asked for, else by one that
 * ships, else by the cards; none where nobody knows the device.
 */
export async function energyMapsOf(runs: readonly RunRecord[], fitted: string | undefined, cards: Cards): Promise<Mapped> {
  const [first] = runs;
  if (!first) return NONE;
  const { config } = first;
  const ground =
    fitted === undefined ? ((await shippedFit(config, cards)) ?? (await byCards(config, cards))) : await askedFit(fitted, config, cards);
  if (ground === null) return NONE;
  const alike = runs.filter((run) => isSameDevice(run.config, config));
  const energyMaps = ROLES.flatMap((role) => {
    const answers = ground.answersFor(role);
    if (answers === null) return [];
    const { predictor, ...at } = answers;
    const sloMs = role === 'decode' ? config.slo.itlMs : config.slo.ttftMs;
    return [energyMapOf(predictor, { role, ...at, loads: loadsOf(alike, role), sloMs, contextTokens: contextTokensOf(alike) })];
  });
  const others =
    alike.length === runs.length ? [] : ['Runs on other devices than the first are not in the picture of energy over clock and load.'];
  return { energyMaps, notes: [ground.note, ...others] };
}

const isSameDevice = (a: RunConfig, b: RunConfig): boolean => a.gpu === b.gpu && a.model === b.model && a.tp === b.tp;
