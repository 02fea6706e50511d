import type { Role } from '../domain/instance.ts';
import type { ClockTransition } from '../domain/clock.ts';
import type { ScreenDecision, ScreenHistogram, ScreenInstance, ScreenState } from '../domain/screen.ts';
import type { InstanceSnapshot, Snapshot } from '../domain/snapshot.ts';
import { MS_PER_S } from '../domain/units.ts';

const PERCENT = 100;

interface Asked {
  readonly id: string;
  readonly role: Role;
}

/** An instance of which nothing was seen yet. */
export const unknownRow = ({ id, role }: Asked): ScreenInstance => ({
  id,
  role,
  askedMhz: null,
  appliedMhz: null,
  powerW: null,
  requests: null,
  tokens: null,
  p50Ms: null,
  p95Ms: null,
  reason: null,
});

/** Nobody reads its meter any more: the clock that was read last says nothing of what it does. */
const isGone = ({ health, powerW }: InstanceSnapshot): boolean => health === 'down' && powerW === null;

const kvPctOf = ({ role, tokens, kvCapacityTokens }: InstanceSnapshot): number | null =>
  role === 'decode' && kvCapacityTokens ? (PERCENT * tokens) / kvCapacityTokens : null;

/** An instance as the gateway sees it. */
export const servingRow = (instance: Asked, seen: InstanceSnapshot | undefined): ScreenInstance => {
  if (!seen) return unknownRow(instance);
  const { id, role, health, powerW, requests, tokens, latency, lastReason } = seen;
  const { askedMhz, appliedMhz } = isGone(seen) ? unknownRow(instance) : seen;
  const kvPct = kvPctOf(seen);
  const row = { id, role, askedMhz, appliedMhz, powerW, requests, tokens, ...latency, reason: lastReason, kvPct };
  return health === 'up' ? row : { ...row, health };
};

const screenDecision = ({ domain, fromMhz, requestedMhz, reason }: ClockTransition): ScreenDecision => ({
  instance: domain,
  fromMhz,
  toMhz: requestedMhz,
  reason,
});

/** The newest change of any clock. */
export const decisionOf = (snapshot: Snapshot | null | undefined): ScreenState['decision'] => {
  const last = snapshot?.lastDecision;
  return last ? screenDecision(last) : null;
};

/** What a snapshot tells beyond its instances, as far as its gateway tells it. */
export const tellingsOf = (snapshot: Snapshot | null | undefined): Pick<ScreenState, 'decisions' | 'histograms' | 'tuning'> => {
  const { decisions, histograms, tuning, slo, atMs } = snapshot ?? {};
  return {
    ...(decisions ? { decisions: decisions.map(screenDecision) } : {}),
    ...(histograms && slo ? { histograms: histogramsOf(histograms, slo) } : {}),
    ...(tuning ? { tuning: { ...tuning, stageS: ((atMs ?? 0) - tuning.stageSinceMs) / MS_PER_S } } : {}),
  };
};

const histogramsOf = ({ ttftMs, itlMs }: NonNullable<Snapshot['histograms']>, slo: Snapshot['slo']): ScreenHistogram[] => [
  { name: 'TTFT', sloMs: slo.ttftMs, boundsMs: ttftMs.bounds, counts: ttftMs.counts },
  { name: 'gaps', sloMs: slo.itlMs, boundsMs: itlMs.bounds, counts: itlMs.counts },
];
