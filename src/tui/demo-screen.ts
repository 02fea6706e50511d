import type { ScreenState } from '../domain/screen.ts';
import type { DemoState, RunSoFar } from './demo-state.ts';
import { phasesOf } from './phases.ts';
import { profileRow } from './profile-row.ts';
import { joulesPerToken, powerColumns, savingSoFar, spanMsOf } from './run-track.ts';
import { decisionOf, servingRow, tellingsOf } from './serving-rows.ts';
import { POWER_COLUMNS } from './text.ts';

const EVIDENCE = 'emulated: modelled joules';

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

/** While it profiles the points come in; from the fit on, what they say of clocks and loads between them. */
const picturesOf = ({ grids, energyMaps, phase }: DemoState): Pick<ScreenState, 'grids' | 'energyMaps'> => {
  if (energyMaps.length > 0) return { energyMaps };
  return grids.length > 0 && (phase === 'profile' || phase === 'fit') ? { grids } : {};
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
    ...tellingsOf(run?.snapshot),
    ...picturesOf(state),
    warnings: run?.snapshot?.warnings ?? [],
    power: powerOf(state),
  };
};
