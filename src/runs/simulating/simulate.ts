import type { FleetControl } from '../../control/fleet-control.ts';
import type { Evidence } from '../../domain/evidence.ts';
import type { WorkloadRequest } from '../../domain/request.ts';
import type { RunConfig, RunRecord } from '../../domain/run-record.ts';
import { simulateInSlices } from '../../simulation/cluster.ts';
import type { Hostility, SimulationListener, SimulationSummary } from '../../simulation/types.ts';
import type { HeaderFields } from '../../telemetry/document-header.ts';
import { meanPowerW } from '../../telemetry/energy.ts';
import { runRecord } from '../../telemetry/run-record.ts';
import { RunTally } from '../../telemetry/run-tally.ts';
import { DRAIN_MS } from '../benchmarking/measure.ts';
import { GroundWatch } from './ground-watch.ts';
import { evidenceOf, fleetControl, instancesOf, policiesOf, resizeOf } from './fleet.ts';
import type { Policies, PredictorOf, SimulatedInstance } from './fleet.ts';
import type { Contender, ResizeWishes, Scenario } from './options.ts';

/** How often every governor is asked, and every meter read, as a live control plane and benchmark do. */
const TICK_MS = 50;
const SAMPLE_MS = 100;
/** After the last request: long enough for a governor to notice that nothing comes, then a window of idle power. */
const IDLE_SETTLE_MS = 1800;
const IDLE_WINDOW_MS = 1000;
const IDLE_MARGIN_MS = 100;

/** A world of its own: how it differs from the cards, and what is drawn in it. */
export interface WorldSeed {
  readonly seed: number;
  readonly hostility?: Hostility;
}

export interface RunWishes {
  readonly world?: WorldSeed;
  /** In place of the contender's own; may watch the instances that it decides on. */
  readonly policies?: (instances: readonly SimulatedInstance[]) => Policies;
  readonly resize?: ResizeWishes;
  /** Told of the control before it begins. */
  readonly controlled?: (control: FleetControl) => void;
  /** In place of predictors of the run's own: tables that others have filled already. */
  readonly predictorOf?: PredictorOf;
  /** How long it goes on after the last end, ms; until idle power shows when left out. */
  readonly idleMs?: number;
  /** How long after the last arrival unfinished requests are waited for, ms; as a benchmark waits when left out. */
  readonly drainMs?: number;
}

/** Who made the document, and a clock for how long it took (ms). */
export interface Maker {
  readonly header: Omit<HeaderFields, 'evidence'>;
  readonly nowMs: () => number;
}

/** Work in slices; yields the simulated time in ms since the start. */
export type Slices<T> = Generator<number, T, undefined>;

/** The first request, and all of them: where the run's span begins must be known before it does. */
function peeked(schedule: Iterable<WorkloadRequest>): { readonly startMs: number; readonly all: Iterable<WorkloadRequest> } {
  const iterator = schedule[Symbol.iterator]();
  const first = iterator.next();
  if (first.done) return { startMs: 0, all: [] };
  const all = function* (): Generator<WorkloadRequest> {
    yield first.value;
    for (let next = iterator.next(); !next.done; next = iterator.next()) yield next.value;
  };
  return { startMs: first.value.arrivalMs, all: all() };
}

const configOf = (scenario: Scenario, { governor, routing, fixedMhz }: Contender): RunConfig => ({
  gpu: scenario.gpu.id,
  model: scenario.model.id,
  tp: scenario.tp,
  prefill: scenario.size.prefill,
  decode: scenario.size.decode,
  ...(scenario.size.aggregated > 0 && { aggregated: scenario.size.aggregated }),
  workload: scenario.workload,
  rate: scenario.ratePerS,
  durationS: scenario.durationS,
  slo: scenario.slo,
  governor,
  routing,
  clocksMhz: fixedMhz ? [fixedMhz.prefill, fixedMhz.decode] : scenario.clocksMhz,
});

const transitionsOf = (control: FleetControl): number => control.domainIds.reduce((sum, id) => sum + control.control(id).transitions, 0);

/** The last window before the end, in which nothing ran; null for a run that was given up. */
function idlePowerW(tally: RunTally, { endMs }: SimulationSummary): number | null {
  const toMs = endMs - IDLE_MARGIN_MS;
  const fromMs = toMs - IDLE_WINDOW_MS;
  return tally.span(endMs).endMs > fromMs ? null : meanPowerW(tally.tracks(), { startMs: fromMs, endMs: toMs });
}

/** What a run that was given up says of itself. */
const unstableReasons = (unfinished: number): string[] =>
  unfinished === 0
    ? []
    : [`${unfinished} requests were not finished ${DRAIN_MS / 1000} s after the last arrival: more load than this cluster serves`];

/** What instances were beside awake in their own role, where that could have been. */
const apartOf = (
  { rest, flips, aggregates }: ResizeWishes,
  { parked, released, flipping, flipped }: SimulationSummary,
): Pick<RunRecord, 'parked' | 'released' | 'flipping' | 'flipped'> => ({
  ...(rest === 'park' && { parked }),
  ...(rest === 'release' && { released }),
  ...((flips || aggregates) && { flipping, flipped }),
});

/** A run that is over. */
export interface Played<L> {
  readonly listener: L;
  readonly control: FleetControl;
  readonly summary: SimulationSummary;
  readonly evidence: Evidence;
}

/** One contender in one world, to its end. @param listenerOf hears the run that begins at this time, ms */
export function* play<L extends SimulationListener>(
  scenario: Scenario,
  contender: Contender,
  wishes: RunWishes,
  listenerOf: (startMs: number) => L,
): Slices<Played<L>> {
  const {
    world = { seed: scenario.seed },
    resize,
    predictorOf,
    drainMs = DRAIN_MS,
    idleMs = IDLE_SETTLE_MS + IDLE_WINDOW_MS + 2 * IDLE_MARGIN_MS,
  } = wishes;
  const flexible = resize !== undefined && (resize.flips || resize.aggregates);
  const hostile = world.hostility !== undefined;
  const toldApart = wishes.policies !== undefined;
  const instances = instancesOf(scenario, { hostile, toldApart, flexible, ...(predictorOf && { predictorOf }) });
  const policies = wishes.policies?.(instances) ?? policiesOf(contender, scenario.seed);
  const control = fleetControl(scenario, instances, policies, resize ? { resize: resizeOf(resize, instances) } : {});
  wishes.controlled?.(control);
  const { startMs, all } = peeked(scenario.schedule());
  const listener = listenerOf(startMs);
  const watch = new GroundWatch(scenario);
  const summary = yield* simulateInSlices(
    {
      specs: instances.map(({ spec }) => spec),
      flexible,
      schedule: watch.watched(all),
      control,
      tickMs: TICK_MS,
      sampleMs: SAMPLE_MS,
      idleMs,
      drainMs,
      ...world,
    },
    listener,
  );
  return { listener, control, summary, evidence: watch.evidence(evidenceOf(instances)) };
}

/** The same, and its document. */
export function* simulate(scenario: Scenario, contender: Contender, maker: Maker, wishes: RunWishes = {}): Slices<RunRecord> {
  const startedAtMs = maker.nowMs();
  const { resize } = wishes;
  const listenerOf = (startMs: number): RunTally => new RunTally({ slo: scenario.slo, startMs });
  const { listener: tally, control, summary, evidence } = yield* play(scenario, contender, wishes, listenerOf);
  const record = runRecord(
    {
      header: { ...maker.header, evidence },
      mode: 'simulated',
      config: configOf(scenario, contender),
      abandonedAtMs: summary.endMs,
      meter: { method: 'model', uncertaintyPct: 0 },
      idlePowerW: idlePowerW(tally, summary),
      transitions: transitionsOf(control),
      wallS: (maker.nowMs() - startedAtMs) / 1000,
      unstableReasons,
    },
    tally,
  );
  return resize ? { ...record, ...apartOf(resize, summary) } : record;
}

/** Drives slices to their end without ever looking up. */
export function finish<T>(slices: Slices<T>): T {
  for (;;) {
    const { done, value } = slices.next();
    if (done) return value;
  }
}

/** Drives slices to their end; whoever `breathe`s in between may end it by throwing. */
export async function paced<T>(slices: Slices<T>, breathe: (simulatedMs: number) => Promise<void>): Promise<T> {
  for (;;) {
    const { done, value } = slices.next();
    if (done) return value;
    await breathe(value);
  }
}
