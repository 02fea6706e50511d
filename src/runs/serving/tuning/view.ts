import type { LiveTuningStatus } from '../../../domain/live-tuning.ts';
import type { Slo } from '../../../domain/slo.ts';
import type { TuningSummary, TuningView, TuningWork } from '../../../domain/tuning-orders.ts';
import type { TuningGround } from './ground.ts';
import { FREE_TUNABLES } from '../../../tuning/live/options.ts';

const groundOf = ({ pid, killSwitch, journal }: TuningGround): Pick<TuningView, 'pid' | 'killFiles' | 'auditFile'> => ({
  pid,
  killFiles: killSwitch.files,
  auditFile: journal.file,
});

/** While nobody tunes. */
export const offView = (ground: TuningGround, slo: Slo, nowMs: number): TuningView => ({
  kind: 'live-tuning',
  stage: 'off',
  atMs: nowMs,
  stageSinceMs: nowMs,
  reason: 'nobody tunes: every domain is as the gateway governs it',
  slo,
  sloTarget: 1,
  treatments: {},
  tunables: FREE_TUNABLES,
  burnRates: [],
  savedPct: null,
  audit: [],
  work: null,
  ...groundOf(ground),
});

export const viewOf = (status: LiveTuningStatus, ground: TuningGround, work: TuningWork, nowMs: number): TuningView => ({
  ...status,
  atMs: nowMs,
  work,
  ...groundOf(ground),
});

export const summaryOf = ({ stage, stageSinceMs, reason, burnRates, treatments, tunables, savedPct }: LiveTuningStatus): TuningSummary => ({
  stage,
  stageSinceMs,
  reason,
  burnRates,
  governed: Object.values(treatments).filter((treatment) => treatment === 'governed').length,
  domains: Object.keys(treatments).length,
  thrift: tunables.thrift,
  savedPct,
});
