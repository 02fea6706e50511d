import type { EngineCard, GpuCard } from '../../domain/cards.ts';
import { VoltanaError } from '../../domain/errors.ts';
import type { WorkloadRequest } from '../../domain/request.ts';
import type { DeviceVariant, TuningChoice } from '../../domain/tuning.ts';
import { within } from '../../control/resolve.ts';
import { clockTable } from '../../emulation/device.ts';
import { checkSplit } from '../estimating/checks.ts';
import { checkFixedClocks, governorId, routingId } from '../serving/fleet.ts';
import { checkRoom, profiledMhz, usualClocks } from '../simulating/checks.ts';
import type { PredictedDevices } from '../simulating/fleet.ts';
import type { Contender, ResizeWishes, Scenario } from '../simulating/options.ts';
import type { TuningGround } from './ground.ts';

/** What of a choice makes other devices of its variant's. */
export type DeviceSettings = Pick<TuningChoice, 'tp' | 'powerLimitW' | 'maxRunning' | 'captureSizes' | 'chunkTokens'>;

const isCount = (value: number, least: number): boolean => Number.isSafeInteger(value) && value >= least;

const ascends = (sizes: readonly number[]): boolean => sizes.every((size, i) => isCount(size, 1) && (i === 0 || size > sizes[i - 1]!));

const HINTS: Readonly<Partial<Record<keyof DeviceSettings, string>>> = {
  tp: 'Give a whole number of GPUs, 1 or more.',
  maxRunning: 'Give a whole number of requests, 1 or more.',
  captureSizes: 'Give whole batches, ascending, such as 1, 2, 4, 8.',
  chunkTokens: 'Give a whole number of tokens, 1 or more.',
};

/** @throws VoltanaError BAD_VALUE */
function checkSettings({ tp, maxRunning, captureSizes, chunkTokens }: DeviceSettings): void {
  const bad = (name: keyof DeviceSettings, value: unknown): VoltanaError =>
    new VoltanaError('BAD_VALUE', `${name} cannot be ${String(value)}`, { hint: HINTS[name]! });
  for (const [name, value] of Object.entries({ tp, maxRunning, chunkTokens }))
    if (value !== null && !isCount(value, 1)) throw bad(name as keyof DeviceSettings, value);
  if (captureSizes !== null && !(captureSizes.length > 0 && ascends(captureSizes))) throw bad('captureSizes', captureSizes);
}

/** @throws VoltanaError BAD_VALUE for counts that are none, and for a layout that cannot serve */
function checkLayout({ prefill, decode, aggregated }: TuningChoice): void {
  const counts = [prefill, decode, aggregated].every((count) => isCount(count, 0));
  if (counts && (aggregated > 0 || (prefill > 0 && decode > 0))) return;
  throw new VoltanaError('BAD_VALUE', `${prefill} prefill, ${decode} decode and ${aggregated} aggregated instances cannot serve`, {
    hint: 'Give at least one of each phase, or aggregated ones.',
  });
}

/** As the engine is told to run. */
function engineOf({ engine }: DeviceVariant, { maxRunning, captureSizes, chunkTokens }: DeviceSettings): EngineCard {
  return {
    ...engine,
    ...(maxRunning !== null && { maxRunningDecode: maxRunning }),
    ...(captureSizes !== null && { captureSizes }),
    ...(chunkTokens !== null && { chunkTokens }),
  };
}

/** @throws VoltanaError BAD_VALUE for a cap above the card's */
function gpuOf({ gpu }: DeviceVariant, { powerLimitW }: DeviceSettings): GpuCard {
  if (powerLimitW === null) return gpu;
  if (powerLimitW > 0 && powerLimitW <= gpu.power.limitW) return { ...gpu, power: { ...gpu.power, limitW: powerLimitW } };
  throw new VoltanaError('BAD_VALUE', `${gpu.id} cannot be capped at ${powerLimitW} W`, {
    hint: `Give a cap above 0 and up to its ${gpu.power.limitW} W.`,
  });
}

/** @throws VoltanaError BAD_VALUE for a split that was not measured */
function checkFitted({ id, fitted }: DeviceVariant, tp: number): void {
  if (fitted === null || fitted.provenance.tp === tp) return;
  throw new VoltanaError('BAD_VALUE', `${id} was measured with ${fitted.provenance.tp} GPUs per instance, and ${tp} are asked for`, {
    hint: 'Search with the split that was profiled, or profile this one, too.',
  });
}

/**
 * The devices of a choice, all of their usual clocks included: what is predicted of them does not depend on who may choose which.
 * @throws VoltanaError BAD_VALUE, DOES_NOT_FIT
 */
export function devicesOf(variant: DeviceVariant, settings: DeviceSettings): PredictedDevices {
  const { model, fitted } = variant;
  const { tp } = settings;
  checkSettings(settings);
  const [gpu, engine] = [gpuOf(variant, settings), engineOf(variant, settings)];
  checkFitted(variant, tp);
  checkSplit(model, tp);
  checkRoom(gpu, model, engine, tp);
  return { gpu, model, engine, tp, fitted, clocksMhz: usualClocks(clockTable(gpu), profiledMhz(fitted)) };
}

const ascending = (values: readonly number[]): number[] => [...new Set(values)].sort((a, b) => a - b);

/** What its governor may choose from. @throws VoltanaError CLOCK_OUTSIDE_CARD for bounds that leave nothing */
function clocksOf({ gpu, clocksMhz }: PredictedDevices, { fixedMhz, minClockMhz, maxClockMhz }: TuningChoice): readonly number[] {
  if (fixedMhz !== null) {
    checkFixedClocks(fixedMhz, clockTable(gpu));
    return ascending(Object.values(fixedMhz));
  }
  const [least, most] = [minClockMhz ?? 0, maxClockMhz ?? Infinity];
  if (clocksMhz.some((clockMhz) => clockMhz >= least && clockMhz <= most)) return within(clocksMhz, least, most);
  throw new VoltanaError('CLOCK_OUTSIDE_CARD', `no clock of ${gpu.id} lies within ${least} and ${most} MHz`, {
    hint: `Its usual ones are ${clocksMhz[0]} to ${clocksMhz.at(-1)} MHz.`,
  });
}

/** How a run is told to go, beside its requests. */
export interface AskedRun {
  readonly slo: Scenario['slo'];
  readonly seed: number;
  readonly ratePerS: number;
  readonly requests: readonly WorkloadRequest[];
}

const workloadOf = ({ load }: TuningGround): string => (load.kind === 'workload' ? load.card.id : load.name);

/** A choice as the simulator knows it. @throws VoltanaError */
export function scenarioOf(ground: TuningGround, devices: PredictedDevices, choice: TuningChoice, run: AskedRun): Scenario {
  const { prefill, decode, aggregated } = choice;
  const { slo, seed, ratePerS, requests } = run;
  checkLayout(choice);
  return {
    ...devices,
    size: { prefill, decode, aggregated },
    slo,
    clocksMhz: clocksOf(devices, choice),
    workload: workloadOf(ground),
    ratePerS,
    durationS: null,
    schedule: () => requests,
    seed,
  };
}

/** @throws VoltanaError UNKNOWN_ID, BAD_VALUE */
export function contenderOf({ governor, routing, fixedMhz, itlTarget, ttftTarget }: TuningChoice): Contender {
  return { governor: governorId(governor), routing: routingId(routing), fixedMhz, tunables: { itlTarget, ttftTarget } };
}

/** What becomes of instances that nobody needs; null where all stay awake. */
export const restOf = ({ resize: tunables }: TuningGround, { rest }: TuningChoice): ResizeWishes | null =>
  rest === 'awake' ? null : { rest, tunables, flips: false, aggregates: false };
