import type { PhaseStatus, ScreenPhase, ScreenState } from '../domain/screen.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { MS_PER_S } from '../domain/units.ts';
import { number, signed } from '../reporting/format.ts';
import { decisionOf, servingRow, tellingsOf } from './serving-rows.ts';
import { joulesPerToken, powerColumns, spanMsOf, type RunTrack } from './run-track.ts';
import type { ServeState } from './serve-state.ts';
import { minutes, POWER_COLUMNS } from './text.ts';

const PHASES = ['launching', 'opening', 'serving', 'draining'] as const;
type ServePhase = (typeof PHASES)[number];
const WATCHED_PHASES = ['opening', 'serving'] as const;
const NAMES: Readonly<Record<ServePhase, string>> = {
  launching: 'cluster',
  opening: 'gateway',
  serving: 'serving',
  draining: 'draining',
};

/** Gateways of other versions may leave counts out. */
const count = (value: number): string => (Number.isFinite(value) ? String(value) : '-');

const servingNote = ({ snapshot }: ServeState): string => {
  if (snapshot === null) return 'no request yet';
  const { inFlight, queued, completed, failed, cancelled, rerouted } = snapshot.requests;
  const extra = (
    [
      [queued, 'queued'],
      [failed, 'failed'],
      [cancelled, 'cancelled'],
      [rerouted, 'rerouted'],
    ] as const
  ).flatMap(([times, name]) => (times > 0 ? [`${times} ${name}`] : []));
  return [`${count(inFlight)} under way, ${count(completed)} completed`, ...extra, `${count(snapshot.outputTokens)} output tokens`].join(
    ', ',
  );
};

const nowText = (powers: readonly number[]): string => {
  const sum = powers.reduce((all, watts) => all + watts, 0);
  return `${number(sum, 0)} W now`;
};

/** Since the first request, or since somebody looks. */
const soFarText = ({ joined, points }: RunTrack): string[] => {
  const last = points.at(-1);
  if (!last) return [];
  const perToken = joulesPerToken(last);
  const since = joined ? ` in ${minutes(last.atMs / MS_PER_S)} of looking` : ' so far';
  return [
    `${number(last.energyJ, last.energyJ < 100 ? 1 : 0)} J${since}`,
    ...(perToken === null ? [] : [`${number(perToken, 3)} J per output token`]),
  ];
};

/** What governed instances save beside those at the highest clock, as live tuning sees it: measured, never modelled. */
const savedText = (snapshot: Snapshot | null): string[] => {
  const savedPct = snapshot?.tuning?.savedPct ?? null;
  return savedPct === null ? [] : [`governed ${signed(-savedPct, 1, '%')} per token beside the highest clock`];
};

const energyText = ({ track, snapshot }: ServeState): string => {
  if (snapshot === null) return 'not read yet';
  const powers = snapshot.instances.map(({ powerW }) => powerW).filter((watts) => watts !== null);
  if (powers.length === 0) {
    // A meter that falls silent, as when its agent is gone, is still a meter.
    return snapshot.instances.some(({ energyJ }) => energyJ !== null) ? 'no reading now' : 'no meter here';
  }
  return [...soFarText(track), nowText(powers), ...savedText(snapshot)].join(', ');
};

const policiesOf = ({ outline, snapshot }: ServeState): string =>
  `governor ${snapshot?.governor ?? outline.governor}, routing ${snapshot?.routing ?? outline.routing}`;

const noteOf = (state: ServeState, phase: ServePhase): string => {
  const { outline, launchedS, url } = state;
  if (phase === 'launching') return launchedS === null ? outline.launcher : `${outline.launcher}, up in ${launchedS.toFixed(1)} s`;
  if (phase === 'opening') return [...(url === null ? [] : [`${url}/v1`]), policiesOf(state)].join(', ');
  return phase === 'serving' ? servingNote(state) : 'what is under way ends; nothing new is taken';
};

/** What is shown is old, and how old: first, for a narrow window cuts the rest. */
const silenceOf = ({ silent }: ServeState, elapsedS: number): string[] =>
  silent === null ? [] : [`what is shown is ${Math.max(0, elapsedS - silent.heardAtS).toFixed(0)} s old, asking again: ${silent.reason}`];

/** A low window has no room for warnings: that nobody answers stands with what it has stopped. */
const phasesOf = (state: ServeState, elapsedS: number): ScreenPhase[] => {
  const phases: readonly ServePhase[] = state.outline.watched ? WATCHED_PHASES : PHASES;
  const present = state.phase === 'ended' ? phases.length : phases.indexOf(state.phase);
  const status = (at: number): PhaseStatus => {
    if (state.silent && at === present) return 'stopped';
    return at < present ? 'done' : at === present ? 'running' : 'waiting';
  };
  return phases.map((phase, at) => ({
    name: NAMES[phase],
    status: status(at),
    progress: null,
    note: (at === present && silenceOf(state, elapsedS)[0]) || noteOf(state, phase),
  }));
};

/** Everything to draw of a served cluster, after `elapsedS` seconds. */
export const serveScreenOf = (state: ServeState, elapsedS: number): ScreenState => {
  const { outline, snapshot, track, instances, lost, maps } = state;
  const seen = new Map(snapshot?.instances.map((instance) => [instance.id, instance]));
  const watts = powerColumns(track, spanMsOf(track), POWER_COLUMNS);
  return {
    title: outline.title,
    evidence: outline.evidence,
    elapsedS,
    expectedS: null,
    phases: phasesOf(state, elapsedS),
    measuring: 'serving',
    slo: snapshot?.slo ?? outline.slo,
    instances: (snapshot?.instances ?? instances).map((instance) => servingRow(instance, seen.get(instance.id))),
    saving: null,
    baselineJPerToken: null,
    figure: { label: 'energy', text: energyText(state) },
    decision: decisionOf(snapshot),
    ...tellingsOf(snapshot),
    ...(maps.length > 0 ? { energyMaps: maps } : {}),
    warnings: [...new Set([...silenceOf(state, elapsedS), ...outline.warnings, ...lost, ...(snapshot?.warnings ?? [])])],
    power: watts.length > 0 ? [{ name: 'fleet', watts }] : [],
  };
};
