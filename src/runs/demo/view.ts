import { ROLES, type Instance } from '../../domain/instance.ts';
import type { Slo } from '../../domain/slo.ts';
import type { DemoEvent, DemoOutline } from '../../tui/demo-event.ts';
import { screenOf } from '../../tui/demo-screen.ts';
import { afterEvent, initialState } from '../../tui/demo-state.ts';
import { plainLines, type SayPhase } from '../../tui/plain.ts';
import { gridLoads, type GridAxes } from '../../tui/profile-grid.ts';
import type { ProfilePlan } from '../profiling/plan.ts';
import { ScreenFeed, type ScreenPorts } from '../screen-feed.ts';
import type { DemoListener } from './demo.ts';
import { demoMaps } from './maps.ts';
import type { DemoOptions } from './options.ts';

/** Shows a demo while it runs. */
export interface DemoView {
  readonly listener: DemoListener;
  /** Nothing more is shown afterwards: stdout is the command's own again. */
  close(how: 'done' | 'stopped'): Promise<void>;
}

const MS_PER_S = 1000;

const linesOf = ({ schedule }: DemoOptions, say: SayPhase): DemoListener =>
  plainLines(schedule.length, (schedule.at(-1)?.arrivalMs ?? 0) / MS_PER_S, say);

/** One line per phase as it happens. */
export const plainDemoView = (options: DemoOptions, say: SayPhase): DemoView => ({
  listener: linesOf(options, say),
  close: () => Promise.resolve(),
});

const workloadText = ({ schedule, workload, ratePerS }: DemoOptions): string =>
  `${schedule.length} requests of ${workload}${ratePerS === null ? '' : ` at ${ratePerS}/s`}`;

const outlineOf = (options: DemoOptions): DemoOutline => {
  const { model, gpu, seed, cluster, schedule, baseline, candidate } = options;
  return {
    title: `voltana demo: ${model.id} on ${gpu.id}, seed ${seed}`,
    workload: workloadText(options),
    requests: schedule.length,
    slo: cluster.slo,
    instances: cluster.instances.map(({ id, role, gpus }) => ({ id, role, gpuCount: gpus.length })),
    runs: { baseline, candidate },
    expectedS: options.estimatedS,
  };
};

/** The plan as it is drawn: the first instance of each phase stands for all. */
const axesOf = ({ clocksMhz, prefill, decode }: ProfilePlan, instances: readonly Pick<Instance, 'id' | 'role'>[]): GridAxes[] =>
  ROLES.flatMap((role) => {
    const first = instances.find((instance) => instance.role === role);
    const loads = role === 'prefill' ? prefill.promptTokens : decode.loads.map(({ batch }) => batch);
    return first ? [{ instance: first.id, role, clocksMhz, loads: gridLoads(loads) }] : [];
  });

const listenerOf = (tell: (event: DemoEvent) => void, slo: Slo): DemoListener => ({
  started: (instances, seconds) => tell({ kind: 'started', instances, seconds }),
  planned: (plan, instances) => tell({ kind: 'planned', axes: axesOf(plan, instances) }),
  measured: (point, done, total) => tell({ kind: 'measured', point, done, total }),
  profiled: (profile, seconds) => tell({ kind: 'profiled', profile, seconds }),
  fitted: (fitted) => tell({ kind: 'fitted', fitted, energyMaps: demoMaps(fitted, slo) }),
  serving: (which) => tell({ kind: 'serving', which }),
  progress: (which, { sent, ended }) => tell({ kind: 'progress', which, sent, ended }),
  observed: (which, snapshot) => tell({ kind: 'observed', which, snapshot }),
  served: (which, record) => tell({ kind: 'served', which, record }),
});

const inTurn = <E extends unknown[]>(first: Told<E>, second: Told<E>, event: E): void => {
  first?.(...event);
  second?.(...event);
};
type Told<E extends unknown[]> = ((...event: E) => void) | undefined;

/** The first one is told everything, the second one what ends or begins a phase. */
const both = (first: DemoListener, second: DemoListener): DemoListener => ({
  ...first,
  started: (...event) => inTurn(first.started, second.started, event),
  profiled: (...event) => inTurn(first.profiled, second.profiled, event),
  fitted: (...event) => inTurn(first.fitted, second.fitted, event),
  serving: (...event) => inTurn(first.serving, second.serving, event),
  served: (...event) => inTurn(first.served, second.served, event),
});

/** The live screen; lines from the moment at which it fails. */
export const screenDemoView = (options: DemoOptions, ports: ScreenPorts): DemoView => {
  const { time } = ports;
  const startedAtMs = time.nowMs();
  let state = initialState(outlineOf(options));
  const tell = (event: DemoEvent): void => {
    state = afterEvent(state, event);
  };
  const feed = new ScreenFeed('demo', () => screenOf(state, (time.nowMs() - startedAtMs) / MS_PER_S), ports);
  return {
    listener: both(
      listenerOf(tell, options.cluster.slo),
      linesOf(options, (line) => feed.say(line)),
    ),
    close(how) {
      if (how === 'stopped') tell({ kind: 'stopped' });
      return feed.close();
    },
  };
};
