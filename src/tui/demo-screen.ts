import type { ProfilePoint } from '../domain/profile.ts';
import type { ScreenInstance, ScreenState } from '../domain/screen.ts';
import type { DemoOutline } from './demo-event.ts';
import type { DemoState, RunSoFar } from './demo-state.ts';
import { phasesOf } from './phases.ts';
import { joulesPerToken, powerColumns, savingSoFar, spanMsOf } from './run-track.ts';
import { decisionOf, servingRow, unknownRow } from './serving-rows.ts';
import { POWER_COLUMNS } from './text.ts';

const EVIDENCE = 'emulated: modelled joules';

type Asked = DemoOutline['instances'][number];

const profileRow = (instance: Asked, point: ProfilePoint | undefined): ScreenInstance => {
  if (!point) return unknownRow(instance);
  const tokens = point.promptTokens ?? point.contextTokens ?? null;
  return {
    ...unknownRow(instance),
    askedMhz: point.requestedClockMhz,
    appliedMhz: point.clockMhz,
    powerW: point.powerW * instance.gpuCount,
    requests: point.batch,
    tokens: tokens === null ? null : point.batch * tokens,
    p50Ms: point.latencyMs,
    reason: point.reasons[0] ?? null,
  };
};

/** The run that the screen is about, once one has begun. */
const presentRun = ({ phase, runs }: DemoState): RunSoFar | null => {
  if (phase === 'baseline') return runs.baseline;
  if (phase !== 'candidate' && phase !== null) return null;
  // Between the two runs the first one's last picture is better than none.
  return runs.candidate.snapshot === null && phase === 'candidate' ? runs.baseline : runs.candidate;
};

const powerOf = ({ runs }: DemoState): ScreenState['power'] => {
  const spanMs = spanMsOf(runs.baseline.track, runs.candidate.track);
  const lines = (['baseline', 'candidate'] as const).map((name) => ({
    name,
    watts: powerColumns(runs[name].track, spanMs, POWER_COLUMNS),
  }));
  return lines.filter(({ watts }) => watts.length > 0);
};

/** Everything to draw, after `elapsedS` seconds of the demo. */
export const screenOf = (state: DemoState, elapsedS: number): ScreenState => {
  const { outline, points, runs } = state;
  const run = presentRun(state);
  const seen = new Map(run?.snapshot?.instances.map((instance) => [instance.id, instance]));
  return {
    title: outline.title,
    evidence: `${EVIDENCE}; ${outline.workload}`,
    elapsedS,
    expectedS: outline.expectedS,
    phases: phasesOf(state),
    measuring: run === null ? 'profile' : 'serving',
    slo: outline.slo,
    instances: outline.instances.map((instance) =>
      run ? servingRow(instance, seen.get(instance.id)) : profileRow(instance, points.latest[instance.id]),
    ),
    saving: savingSoFar(runs.baseline.track, runs.candidate.track),
    baselineJPerToken: joulesPerToken(runs.baseline.track.points.at(-1)),
    decision: decisionOf(run?.snapshot),
    warnings: run?.snapshot?.warnings ?? [],
    power: powerOf(state),
  };
};
