import type { Screen } from '../../ports/screen.ts';
import type { Time } from '../../ports/time.ts';
import type { DemoEvent, DemoOutline } from '../../tui/demo-event.ts';
import { screenOf } from '../../tui/demo-screen.ts';
import { afterEvent, initialState, type DemoState } from '../../tui/demo-state.ts';
import { plainLines, type SayPhase } from '../../tui/plain.ts';
import { repeat } from '../serving/repeat.ts';
import type { DemoListener } from './demo.ts';
import type { DemoOptions } from './options.ts';

/** Shows a demo while it runs. */
export interface DemoView {
  readonly listener: DemoListener;
  /** Nothing more is shown afterwards: stdout is the command's own again. */
  close(how: 'done' | 'stopped'): Promise<void>;
}

const FEED_EVERY_MS = 250;
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

const listenerOf = (tell: (event: DemoEvent) => void): DemoListener => ({
  started: (instances, seconds) => tell({ kind: 'started', instances, seconds }),
  measured: (point, done, total) => tell({ kind: 'measured', point, done, total }),
  profiled: (profile, seconds) => tell({ kind: 'profiled', profile, seconds }),
  fitted: (fitted) => tell({ kind: 'fitted', fitted }),
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

export interface ScreenViewPorts {
  /** Starts the screen. Called a moment after the beginning: a demo that cannot start needs none. */
  readonly open: () => Screen;
  readonly time: Time;
  readonly say: (line: string) => void;
}

/** The live screen; lines from the moment at which it fails, those that it has swallowed first. */
class ScreenDemoView implements DemoView {
  readonly listener: DemoListener;
  readonly #ports: ScreenViewPorts;
  readonly #startedAtMs: number;
  readonly #stopFeeding: () => Promise<void>;
  readonly #swallowed: string[] = [];
  #state: DemoState;
  #screen: Screen | null = null;
  #failed = false;

  constructor(options: DemoOptions, ports: ScreenViewPorts) {
    this.#ports = ports;
    this.#startedAtMs = ports.time.nowMs();
    this.#state = initialState(outlineOf(options));
    this.listener = both(
      listenerOf((event) => this.#tell(event)),
      linesOf(options, (line) => this.#say(line)),
    );
    this.#stopFeeding = repeat(ports.time, FEED_EVERY_MS, () => this.#feed());
  }

  async close(how: 'done' | 'stopped'): Promise<void> {
    await this.#stopFeeding();
    if (how === 'stopped') this.#tell({ kind: 'stopped' });
    if (!this.#failed) await this.#screen?.close(this.#picture());
  }

  #tell(event: DemoEvent): void {
    this.#state = afterEvent(this.#state, event);
  }

  #say(line: string): void {
    if (this.#failed) this.#ports.say(line);
    else this.#swallowed.push(line);
  }

  #picture() {
    return screenOf(this.#state, (this.#ports.time.nowMs() - this.#startedAtMs) / MS_PER_S);
  }

  #feed(): void {
    if (this.#failed) return;
    this.#screen ??= this.#open();
    this.#screen.show(this.#picture());
  }

  #open(): Screen {
    const screen = this.#ports.open();
    void screen.failed.then((error) => this.#fallBack(error));
    return screen;
  }

  #fallBack(error: Error): void {
    this.#failed = true;
    this.#ports.say(`${error.message}; the demo goes on, in lines:`);
    for (const line of this.#swallowed.splice(0)) this.#ports.say(line);
  }
}

export const screenDemoView = (options: DemoOptions, ports: ScreenViewPorts): DemoView => new ScreenDemoView(options, ports);
