import type { PhaseStatus, ScreenPhase } from '../domain/screen.ts';
import { number, percent } from '../reporting/format.ts';
import type { Which } from './demo-event.ts';
import { PHASES, type DemoState, type Phase } from './demo-state.ts';

const statusOf = ({ phase, stopped }: DemoState, name: Phase): PhaseStatus => {
  const current = phase === null ? PHASES.length : PHASES.indexOf(phase);
  const own = PHASES.indexOf(name);
  if (own < current) return 'done';
  if (own > current) return 'waiting';
  return stopped ? 'stopped' : 'running';
};

const clusterNote = ({ outline, startedS }: DemoState): string => {
  const count = (role: string): number => outline.instances.filter((instance) => instance.role === role).length;
  const what = `${count('prefill')} prefill + ${count('decode')} decode instances`;
  return startedS === null ? `starting ${what}` : `${what}, up in ${startedS.toFixed(1)} s`;
};

const profileNote = ({ profiled }: DemoState): string =>
  profiled === null
    ? 'latency, power per clock'
    : `${profiled.valid} of ${profiled.points} points valid, in ${profiled.seconds.toFixed(1)} s`;

const fitNote = ({ quality }: DemoState): string =>
  quality === null
    ? 'a latency and power model per instance'
    : `mean error on held-out points: prefill ${number(quality.prefill.latencyMapePct, 1, '%')}, decode ${number(quality.decode.latencyMapePct, 1, '%')}`;

const runNote = ({ outline, phase, runs }: DemoState, which: Which): string => {
  const { governor, routing } = outline.runs[which];
  const { record } = runs[which];
  // Beside a bar there is little room.
  if (record === null) return phase === which ? `${governor} + ${routing}` : `governor ${governor}, routing ${routing}`;
  const { energyJ, joulesPerOutputToken, sloAttainment } = record;
  return `${governor}: ${number(joulesPerOutputToken, 3)} J per output token, SLO kept ${percent(sloAttainment.joint)}, ${number(energyJ?.total ?? null, 0, 'J')}`;
};

const NOTES: Readonly<Record<Phase, (state: DemoState) => string>> = {
  cluster: clusterNote,
  profile: profileNote,
  fit: fitNote,
  baseline: (state) => runNote(state, 'baseline'),
  candidate: (state) => runNote(state, 'candidate'),
};

const progressOf = ({ points, runs, outline }: DemoState, name: Phase): ScreenPhase['progress'] => {
  if (name === 'profile') return { done: points.done, total: points.total, text: `${points.done} of ${points.total || '...'} points` };
  if (name !== 'baseline' && name !== 'candidate') return null;
  const { sent, ended } = runs[name];
  return { done: ended, total: outline.requests, text: `${ended} of ${outline.requests} done, ${sent} sent` };
};

/** Every phase with what there is to say of it; a bar only for the one under way. */
export const phasesOf = (state: DemoState): ScreenPhase[] =>
  PHASES.map((name) => {
    const status = statusOf(state, name);
    const moving = status === 'running' || status === 'stopped';
    return { name, status, progress: moving ? progressOf(state, name) : null, note: NOTES[name](state) };
  });
