import type { PhaseStatus, ScreenPhase, ScreenState } from '../domain/screen.ts';
import { number } from '../reporting/format.ts';
import { decisionOf, servingRow } from './serving-rows.ts';
import { joulesPerToken, powerColumns, spanMsOf } from './run-track.ts';
import type { ServeState } from './serve-state.ts';
import { POWER_COLUMNS } from './text.ts';

const PHASES = ['launching', 'opening', 'serving', 'draining'] as const;
const NAMES: Readonly<Record<(typeof PHASES)[number], string>> = {
  launching: 'cluster',
  opening: 'gateway',
  serving: 'serving',
  draining: 'draining',
};

const servingNote = ({ snapshot }: ServeState): string => {
  if (snapshot === null) return 'no request yet';
  const { inFlight, queued, completed, failed, cancelled, rerouted } = snapshot.requests;
  const extra = [
    [queued, 'queued'],
    [failed, 'failed'],
    [cancelled, 'cancelled'],
    [rerouted, 'rerouted'],
  ].flatMap(([count, name]) => (count === 0 ? [] : [`${count} ${name}`]));
  return [`${inFlight} under way, ${completed} completed`, ...extra, `${snapshot.outputTokens} output tokens`].join(', ');
};

const energyText = ({ track, snapshot }: ServeState): string => {
  const powers = snapshot?.instances.map(({ powerW }) => powerW).filter((watts) => watts !== null) ?? [];
  if (powers.length === 0) {
    if (snapshot === null) return 'not read yet';
    // A meter that falls silent, as when its agent is gone, is still a meter.
    return snapshot.instances.some(({ energyJ }) => energyJ !== null) ? 'no reading now' : 'no meter here';
  }
  const perToken = joulesPerToken(track.points.at(-1));
  const now = `${number(
    powers.reduce((sum, watts) => sum + watts, 0),
    0,
  )} W now`;
  return perToken === null ? now : `${number(perToken, 3)} J per output token so far, ${now}`;
};

const noteOf = (state: ServeState, phase: (typeof PHASES)[number]): string => {
  const { outline, launchedS, url } = state;
  if (phase === 'launching') return launchedS === null ? outline.launcher : `${outline.launcher}, up in ${launchedS.toFixed(1)} s`;
  if (phase === 'opening')
    return url === null
      ? `governor ${outline.governor}, routing ${outline.routing}`
      : `${url}/v1, governor ${outline.governor}, routing ${outline.routing}`;
  return phase === 'serving' ? servingNote(state) : 'what is under way ends; nothing new is taken';
};

const phasesOf = (state: ServeState): ScreenPhase[] => {
  const present = state.phase === 'ended' ? PHASES.length : PHASES.indexOf(state.phase);
  const status = (at: number): PhaseStatus => (at < present ? 'done' : at === present ? 'running' : 'waiting');
  return PHASES.map((phase, at) => ({ name: NAMES[phase], status: status(at), progress: null, note: noteOf(state, phase) }));
};

/** Everything to draw of a served cluster, after `elapsedS` seconds. */
export const serveScreenOf = (state: ServeState, elapsedS: number): ScreenState => {
  const { outline, snapshot, track, instances, lost } = state;
  const seen = new Map(snapshot?.instances.map((instance) => [instance.id, instance]));
  const watts = powerColumns(track, spanMsOf(track), POWER_COLUMNS);
  return {
    title: outline.title,
    evidence: outline.evidence,
    elapsedS,
    expectedS: null,
    phases: phasesOf(state),
    measuring: 'serving',
    slo: outline.slo,
    instances: (snapshot?.instances ?? instances).map((instance) => servingRow(instance, seen.get(instance.id))),
    saving: null,
    baselineJPerToken: null,
    figure: { label: 'energy', text: energyText(state) },
    decision: decisionOf(snapshot),
    warnings: [...new Set([...outline.warnings, ...lost, ...(snapshot?.warnings ?? [])])],
    power: watts.length > 0 ? [{ name: 'fleet', watts }] : [],
  };
};
