import type { RecordedPoint } from '../domain/profile.ts';
import type { PhaseStatus, ScreenPhase, ScreenState } from '../domain/screen.ts';
import { counted, number } from '../reporting/format.ts';
import { profileRow } from './profile-row.ts';
import type { ProfileOutline, ProfileState, SweepSoFar } from './profile-state.ts';
import { minutes } from './text.ts';

type Instance = ProfileOutline['instances'][number];

const statusAt = ({ present, stopped }: ProfileState, at: number): PhaseStatus => {
  if (at < present) return 'done';
  if (at > present) return 'waiting';
  return stopped ? 'stopped' : 'running';
};

const clusterPhase = (state: ProfileState): ScreenPhase => ({
  name: 'cluster',
  status: state.present >= 0 ? 'done' : state.stopped ? 'stopped' : 'running',
  progress: null,
  note: state.outline.virtualTime ? 'in this process, on virtual time' : counted(state.outline.instances.length, 'instance'),
});

/** Seconds on the clock until the last share of the budget is spent; the design mostly ends a sweep before. */
const mostLeftS = ({ outline, sweeps, present }: ProfileState): number =>
  outline.instances
    .slice(Math.max(0, present))
    .reduce((sum, { id, gpuCount }) => sum + Math.max(0, outline.budgetGpuS - (sweeps[id]?.gpuSeconds ?? 0)) / gpuCount, 0);

const stageText = ({ planned, points }: SweepSoFar): string =>
  points < planned ? `grid ${points} of ${planned}` : `refining, ${counted(points, 'point')}`;

const doneNote = ({ points, valid, gpuSeconds }: SweepSoFar): string =>
  `${valid} of ${points} points valid, in ${number(gpuSeconds, 0)} GPU s`;

function instancePhase(state: ProfileState, { id, role }: Instance, at: number): ScreenPhase {
  const { budgetGpuS, virtualTime } = state.outline;
  const status = statusAt(state, at);
  const sweep = state.sweeps[id]!;
  if (status === 'done') return { name: id, status, progress: null, note: doneNote(sweep) };
  if (status === 'waiting') return { name: id, status, progress: null, note: `${role}, up to ${number(budgetGpuS, 0)} GPU s` };
  const text = `${number(sweep.gpuSeconds, 0)} of ${number(budgetGpuS, 0)} GPU s`;
  const left = virtualTime || status === 'stopped' ? '' : `, at most ${minutes(mostLeftS(state))} left`;
  return { name: id, status, progress: { done: sweep.gpuSeconds, total: budgetGpuS, text }, note: `${stageText(sweep)}${left}` };
}

const pointText = (point: RecordedPoint): string => {
  const { instance, requestedClockMhz, batch, contextTokens, promptTokens = 0, latencyMs, powerW, valid } = point;
  const load =
    contextTokens === undefined ? `${batch} x ${promptTokens} prompt tokens` : `batch ${batch} x ${Math.round(contextTokens)} tokens`;
  const where = requestedClockMhz === null ? '' : `${requestedClockMhz} MHz, `;
  const power = powerW === null ? '' : `, ${number(powerW, 0, 'W')}`;
  return `${instance}: ${where}${load}: ${number(latencyMs, 2, 'ms')}${power}${valid ? '' : ', not valid'}`;
};

const refusedTexts = ({ refused }: ProfileState): string[] =>
  Object.entries(refused).map(([reason, count]) => `${counted(count, 'point')} not valid: ${reason}`);

/** Everything to draw of a profile, after `elapsedS` seconds. */
export const profileScreenOf = (state: ProfileState, elapsedS: number): ScreenState => {
  const { outline, sweeps, last } = state;
  const grids = outline.instances.flatMap(({ id }) => sweeps[id]?.grid ?? []);
  return {
    title: outline.title,
    evidence: outline.evidence,
    elapsedS,
    expectedS: null,
    phases: [clusterPhase(state), ...outline.instances.map((instance, at) => instancePhase(state, instance, at))],
    measuring: 'profile',
    slo: outline.slo,
    instances: outline.instances.map((instance) => profileRow(instance, sweeps[instance.id]?.latest)),
    saving: null,
    baselineJPerToken: null,
    figure: { label: 'last point', text: last === null ? 'none so far' : pointText(last) },
    decision: null,
    ...(grids.some(({ loads }) => loads.length > 0) ? { grids: grids.filter(({ loads }) => loads.length > 0) } : {}),
    warnings: [...refusedTexts(state), ...state.notes],
    power: [],
  };
};
