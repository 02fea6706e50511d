import type { ArmName } from '../../domain/ab.ts';
import type { Evidence } from '../../domain/evidence.ts';
import type { LoadProgress } from '../../ports/load-source.ts';
import type { Time } from '../../ports/time.ts';
import { number } from '../../reporting/format.ts';
import { abProgressText } from '../../reporting/run/ab-plan.ts';
import { benchScreenOf } from '../../tui/bench-screen.ts';
import {
  afterBenchEvent,
  initialBenchState,
  type BenchEvent,
  type BenchFigures,
  type BenchOutline,
  type BenchState,
} from '../../tui/bench-state.ts';
import { jobScreen, type JobScreen, type Say } from '../job-screen.ts';
import type { ScreenPorts } from '../screen-feed.ts';
import { repeat } from '../serving/repeat.ts';
import type { AbProgress, DonePeriod } from './ab.ts';
import type { BenchListener } from './bench.ts';
import { LiveFigures } from './live-figures.ts';
import type { LoadWatch } from './load-watch.ts';
import { AROUND_S } from './measure.ts';
import { DEFAULT_SLO, sloAt } from './planned-config.ts';
import type { BenchOptions } from './request.ts';
import { residenceOf, type AbPlan } from './resolve-ab.ts';
import type { BenchSite } from './site.ts';

/** Told of an A/B test while it is measured. */
export interface AbWatch extends LoadWatch {
  period?(done: DonePeriod): void;
}

/** Shows a bench while it is measured. */
export interface BenchView {
  readonly listener: BenchListener;
  readonly ab: AbWatch;
  /** Steps of an A/B test. */
  readonly abProgress: (progress: AbProgress) => void;
  /** For the command's own lines: in their place there may be a screen. */
  readonly say: Say;
  /** For what has to stand below the last frame. */
  readonly sayBelow: Say;
  close(how: 'done' | 'stopped'): Promise<void>;
}

/** In lines: the command's own. */
export const plainBenchView = (say: Say): BenchView => ({
  listener: {},
  ab: {},
  abProgress: () => undefined,
  say,
  sayBelow: say,
  close: () => Promise.resolve(),
});

const EVIDENCE: Readonly<Partial<Record<Evidence, string>>> = { emulated: 'emulated: modelled joules', measured: 'measured' };
/** Of the gateway, for people: half as often as the screen is drawn. */
const LOOK_EVERY_MS = 500;

const targetName = ({ site }: BenchOptions): string => (site.kind === 'url' ? new URL(site.url).host : site.serve.cluster.name);

const openingOf = ({ site }: BenchOptions): BenchOutline['opening'] =>
  site.kind === 'url'
    ? { name: 'endpoint', note: targetOf(site.url) }
    : { name: 'cluster', note: `governor ${site.serve.governor}, routing ${site.serve.routing}` };

/** Without what may be secret in it. */
const targetOf = (url: string): string => {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname === '/' ? '' : pathname}`;
};

function loadText({ planned: { load, ratePerS, workload } }: BenchOptions): string {
  if (load.loop === 'closed') return `${workload}, ${load.concurrency} requests at a time`;
  return ratePerS === null ? `${workload} at its own times` : `${workload} at ${number(ratePerS, 2)}/s`;
}

const outlineOf = (options: BenchOptions, steps: readonly string[], expectedS: number | null): BenchOutline => ({
  title: `voltana bench: ${targetName(options)}, seed ${options.seed}`,
  load: loadText(options),
  slo: options.slo ?? (options.site.kind === 'cluster' ? options.site.serve.cluster.slo : DEFAULT_SLO),
  opening: openingOf(options),
  steps,
  expectedS,
});

/** What feeds a screen of load: figures and the gateway's picture, both only as often as somebody looks. */
class LoadScreen {
  readonly #time: Time;
  readonly #options: BenchOptions;
  readonly #screen: JobScreen<BenchEvent>;
  readonly #stopLooking: () => Promise<void>;
  readonly #shown: (figures: BenchFigures) => BenchFigures;
  #site: BenchSite | null = null;
  #live: LiveFigures | null = null;
  #progress: LoadProgress = { sent: 0, ended: 0 };
  #requests = 0;

  constructor(
    options: BenchOptions,
    outline: BenchOutline,
    ports: ScreenPorts,
    say: Say,
    shown: (figures: BenchFigures) => BenchFigures = (all) => all,
  ) {
    this.#time = ports.time;
    this.#options = options;
    this.#shown = shown;
    const draw = (state: BenchState, elapsedS: number) => benchScreenOf(this.#now(state), elapsedS);
    const picture = { initial: initialBenchState(outline), after: afterBenchEvent, draw };
    this.#screen = jobScreen<BenchState, BenchEvent>('bench', picture, ports, say);
    this.#stopLooking = repeat(ports.time, LOOK_EVERY_MS, () => this.#look());
  }

  get screen(): JobScreen<BenchEvent> {
    return this.#screen;
  }

  readonly opened = (site: BenchSite): void => {
    this.#site = site;
    const slo = sloAt(this.#options, site);
    this.#live ??= new LiveFigures(slo, this.#options.thresholds);
    this.#screen.tell({ kind: 'opened', slo, evidence: EVIDENCE[site.evidence] ?? site.evidence, noMeter: site.noMeter });
  };

  readonly warming = (step: number): void => {
    this.#flush();
    this.#requests = 0;
    this.#screen.tell({ kind: 'warming', step });
  };

  /** A step of so many requests begins. */
  readonly measuring = (step: number, requests: number): void => {
    this.#flush();
    this.#progress = { sent: 0, ended: 0 };
    this.#requests = requests;
    this.#live?.begin();
    this.#screen.tell({ kind: 'measuring', step, requests });
  };

  /** What came before tells nothing of what comes. */
  forget(): void {
    if (this.#site) this.#live = new LiveFigures(sloAt(this.#options, this.#site), this.#options.thresholds);
    this.#live?.begin();
  }

  readonly watch: Required<Pick<LoadWatch, 'progress' | 'outcome' | 'looks'>> = {
    progress: (progress) => {
      this.#progress = progress;
      this.#live?.progress(progress, this.#requests, this.#time.nowMs());
    },
    outcome: (outcome) => this.#live?.outcome(outcome),
    looks: (looks) => this.#live?.looks(looks),
  };

  async close(how: 'done' | 'stopped'): Promise<void> {
    this.#flush();
    this.#screen.tell({ kind: how });
    await this.#stopLooking();
    await this.#screen.close();
  }

  #flush(): void {
    if (this.#requests > 0) this.#screen.tell({ kind: 'progress', ...this.#progress });
  }

  /** The state as it is drawn now: nobody makes figures that nobody sees. */
  #now(state: BenchState): BenchState {
    const figures = this.#live && this.#shown(this.#live.figures(this.#time.nowMs()));
    const isUnderWay = this.#requests > 0 && state.present < state.outline.steps.length;
    const latest = isUnderWay ? afterBenchEvent(state, { kind: 'progress', ...this.#progress }) : state;
    return { ...latest, figures };
  }

  async #look(): Promise<void> {
    const snapshot = await this.#site?.snapshot().catch(() => null);
    if (snapshot) this.#screen.tell({ kind: 'observed', snapshot });
  }
}

/** The screen of repeats; lines from the moment at which it fails. */
export function screenBenchView(options: BenchOptions, ports: ScreenPorts, say: Say): BenchView {
  const { repeats, warmUpS, planned } = options;
  const steps = repeats === 1 ? ['measuring'] : Array.from({ length: repeats }, (_, i) => `repeat ${i + 1}`);
  const expectedS = planned.durationS === null ? null : repeats * (warmUpS + planned.durationS + AROUND_S + residenceOf(options));
  const load = new LoadScreen(options, outlineOf(options, steps, expectedS), ports, say);
  const { screen } = load;
  return {
    ...plainBenchView(screen.say),
    sayBelow: screen.sayBelow,
    listener: {
      ...load.watch,
      opened: load.opened,
      warming: load.warming,
      measuring: load.measuring,
    },
    close: (how) => load.close(how),
  };
}

/** Joules per output token of each arm, so far: measured over whole periods. */
class ArmCosts {
  readonly #of: Record<ArmName, number[]> = { A: [], B: [] };

  add({ phase, period }: DonePeriod): void {
    const cost = period.metrics['energy.per_output_token'];
    if (phase === 'ab' && typeof cost === 'number') this.#of[period.arm].push(cost);
  }

  text(): string | null {
    const texts = (['A', 'B'] as const).flatMap((arm) => {
      const costs = this.#of[arm];
      const mean = costs.reduce((sum, cost) => sum + cost, 0) / costs.length;
      return costs.length === 0 ? [] : [`${arm} ${number(mean, 3)} (n = ${costs.length})`];
    });
    return texts.length === 0 ? null : `J per output token: ${texts.join(', ')}`;
  }
}

/** The screen of an A/B test: a step is a period, and its figures are of that period alone. */
export function screenAbView(plan: AbPlan, ports: ScreenPorts, say: Say): BenchView {
  const { arms, design, aaDesign, drainS, loads } = plan;
  const ownPeriods = aaDesign?.order.length ?? 0;
  const steps = [
    ...Array.from({ length: ownPeriods }, (_, i) => `A/A ${i + 1}`),
    // Which arm is when belongs to whoever runs it.
    ...design.order.map((arm, i) => `${arm} ${i + 1}`),
  ];
  const periodS = (of: typeof design): number => of.order.length * (of.washoutS + of.periodS + drainS);
  const expectedS = periodS(design) + (aaDesign ? periodS(aaDesign) : 0);
  // Energy of a period is known once it is whole: what ends in it was begun before.
  const alone = (figures: BenchFigures): BenchFigures => ({ ...figures, joulesPerToken: null, goodputPerS: null });
  const load = new LoadScreen(arms.A, outlineOf(arms.A, steps, expectedS), ports, say, alone);
  const { screen } = load;
  const costs = new ArmCosts();
  const learn = (text: string | null): void => {
    if (text !== null) screen.tell({ kind: 'learnt', text });
  };
  return {
    ...plainBenchView(screen.say),
    sayBelow: screen.sayBelow,
    ab: {
      ...load.watch,
      opened: (site) => {
        load.opened(site);
        load.forget();
      },
      period: (done) => {
        costs.add(done);
        learn(costs.text());
      },
    },
    abProgress: (progress) => {
      if (progress.kind !== 'period') return learn(abProgressText(progress));
      const { phase, index, block, schedule } = progress.planned;
      load.measuring(phase === 'aa' ? index : ownPeriods + index, schedule.length + loads[phase][block]!.washout.length);
    },
    close: (how) => load.close(how),
  };
}
