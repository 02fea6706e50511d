import type { ClusterFile } from '../../../domain/cluster.ts';
import type { ServedTier, ServingWay } from '../../../domain/tuning-tiers.ts';
import { layoutText, settingsText } from '../../../domain/tuning-text.ts';
import { significant } from '../../../reporting/format.ts';

const PERCENT = 100;

/** A fleet with its file. */
export interface ServedFleet {
  readonly served: ServedTier;
  readonly cluster: ClusterFile;
}

/** What all fleets of a way come to. */
interface Whole {
  readonly gpus: number;
  readonly meanPowerW: number;
  readonly joulesPerOutputToken: number;
  /** Of the objective, per output token. */
  readonly cost: number;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const tokensPerS = ({ meanPowerW, joulesPerOutputToken }: ServedTier): number =>
  joulesPerOutputToken === 0 ? 0 : meanPowerW / joulesPerOutputToken;

/** Energies and costs weighed by the tokens of each fleet. */
function wholeOf(served: readonly ServedTier[]): Whole {
  const meanPowerW = sum(served.map((one) => one.meanPowerW));
  const tokens = sum(served.map(tokensPerS));
  return {
    gpus: sum(served.map(({ gpus }) => gpus)),
    meanPowerW,
    joulesPerOutputToken: meanPowerW / tokens,
    cost: sum(served.map((one) => one.objectivePerMillionTokens * tokensPerS(one))) / tokens,
  };
}

const figures = ({ meanPowerW, joulesPerOutputToken }: Whole): string =>
  `${meanPowerW.toFixed(0)} J/s, ${significant(joulesPerOutputToken, 3)} J/token`;

const fleetText = ({ gpus, choice }: ServedTier): string =>
  `${gpus} GPU${gpus === 1 ? '' : 's'} (${layoutText(choice)} with ${settingsText(choice)})`;

const told = ({ gpus, meanPowerW, joulesPerOutputToken }: Whole, fleets: readonly ServedFleet[]) => ({
  served: fleets.map(({ served }) => served),
  ...{ gpus, meanPowerW, joulesPerOutputToken },
  clusters: fleets.map(({ cluster }) => cluster),
});

function asInteractive(fleet: ServedFleet | null, reference: Whole): ServingWay {
  if (fleet === null)
    return {
      way: 'as-interactive',
      ...{ served: [], gpus: null, meanPowerW: null, joulesPerOutputToken: null, changePct: null, clusters: [] },
      text: 'Batch requests treated as interactive ones: no configuration within what is allowed was found to keep the promises for all.',
    };
  const whole = wholeOf([fleet.served]);
  const changePct = PERCENT * (whole.cost / reference.cost - 1);
  const change = changePct >= 0 ? `${changePct.toFixed(1)} % more` : `${(-changePct).toFixed(1)} % less`;
  const text = `Batch requests treated as interactive ones, all on ${fleetText(fleet.served)}: ${figures(whole)}; ${change} per token than apart.`;
  return { way: 'as-interactive', ...told(whole, [fleet]), changePct, text };
}

/** What the whole load costs in each way to serve it, apart first. @param together one fleet for all; null where none keeps the promises */
export function waysOf(interactive: ServedFleet, batch: ServedFleet, together: ServedFleet | null): ServingWay[] {
  const fleets = [interactive, batch];
  const whole = wholeOf(fleets.map(({ served }) => served));
  const text = `Apart, ${fleetText(interactive.served)} for the interactive tier and ${fleetText(batch.served)} for the batch tier: ${figures(whole)}.`;
  return [{ way: 'apart', ...told(whole, fleets), changePct: 0, text }, asInteractive(together, whole)];
}

/** The way that takes least; apart where both are equal, as promises of one tier cannot suffer from the other there. */
export const leastWay = (ways: readonly ServingWay[]): ServingWay =>
  ways.reduce((best, way) => (way.changePct !== null && way.changePct < best.changePct! ? way : best));
