import type { TunedConfiguration, Tuning } from '../../domain/tuning.ts';
import type { ServedTier } from '../../domain/tuning-tiers.ts';
import { rowText } from '../run/csv.ts';

type Cell = string | number | null | undefined;

const textOf = (value: unknown): Cell => (Array.isArray(value) ? value.join(' ') : (value as Cell));

/** What is known of a fleet that was judged by a deadline is less. */
type Row = Omit<Partial<TunedConfiguration>, 'sloAttainment'> &
  Pick<TunedConfiguration, 'choice' | 'config'> & { readonly sloAttainment: Partial<TunedConfiguration['sloAttainment']> };

/** Column -> what it holds of a configuration. */
const COLUMNS: Readonly<Record<string, (one: Row) => Cell>> = {
  gpus: ({ gpus }) => gpus,
  gpu: ({ config }) => config.gpu,
  model: ({ config }) => config.model,
  variant: ({ choice }) => choice.variant,
  tp: ({ choice }) => choice.tp,
  prefill: ({ choice }) => choice.prefill,
  decode: ({ choice }) => choice.decode,
  aggregated: ({ choice }) => choice.aggregated,
  governor: ({ choice }) => choice.governor,
  routing: ({ choice }) => choice.routing,
  fixedPrefillMhz: ({ choice }) => choice.fixedMhz?.prefill,
  fixedDecodeMhz: ({ choice }) => choice.fixedMhz?.decode,
  minClockMhz: ({ choice }) => choice.minClockMhz,
  maxClockMhz: ({ choice }) => choice.maxClockMhz,
  maxRunning: ({ choice }) => choice.maxRunning,
  captureSizes: ({ choice }) => textOf(choice.captureSizes),
  chunkTokens: ({ choice }) => choice.chunkTokens,
  powerLimitW: ({ choice }) => choice.powerLimitW,
  itlTarget: ({ choice }) => choice.itlTarget,
  ttftTarget: ({ choice }) => choice.ttftTarget,
  rest: ({ choice }) => choice.rest,
  joulesPerOutputToken: ({ joulesPerOutputToken }) => joulesPerOutputToken,
  objectivePerMillionTokens: ({ objectivePerMillionTokens }) => objectivePerMillionTokens,
  meanPowerW: ({ meanPowerW }) => meanPowerW,
  peakPowerW: ({ peakPowerW }) => peakPowerW,
  sloJoint: ({ sloAttainment }) => sloAttainment.joint,
  sloJointLowerBound: ({ sloAttainment }) => sloAttainment.lowerBound,
  sloTtft: ({ sloAttainment }) => sloAttainment.ttft,
  sloItl: ({ sloAttainment }) => sloAttainment.itl,
  goodputRps: ({ goodputRps }) => goodputRps,
  ttftP99Ms: ({ ttftP99Ms }) => ttftP99Ms,
  tpotP99Ms: ({ tpotP99Ms }) => tpotP99Ms,
  judgedRequests: ({ judgedRequests }) => judgedRequests,
  evidence: ({ evidence }) => evidence,
};

const rowOf = (which: string, one: Row): string => rowText([which, ...Object.values(COLUMNS).map((of) => of(one) ?? undefined)]);

/** Its own fleet's promise, kept: a deadline, or both promises and that. */
const tierRow = (way: string, { attainment, lowerBound, ...one }: ServedTier): string =>
  rowOf(`${way}, ${one.tier}`, { ...one, sloAttainment: { joint: attainment, lowerBound } });

/** The recommendation, the baseline and the front, one row each, then the fleets of both tiers, if there are two; what is as the card has it is an empty cell. RFC 4180. */
export const tuningCsv = ({ recommended, baseline, pareto, tiers }: Tuning): string =>
  [
    rowText(['which', ...Object.keys(COLUMNS)]),
    rowOf('recommended', recommended),
    rowOf('baseline', baseline),
    ...pareto.map((one) => rowOf(one.knee ? 'front, knee' : 'front', one)),
    ...(tiers?.ways ?? []).flatMap(({ way, served }) => served.map((one) => tierRow(way, one))),
  ].join('');
