import { FleetControl } from '../../../src/control/fleet-control.ts';
import type { Role } from '../../../src/domain/instance.ts';
import type { WorkloadRequest } from '../../../src/domain/request.ts';
import { createGovernor } from '../../../src/governing/registry.ts';
import { kvCapacityTokens } from '../../../src/prediction/analytic/device.ts';
import type { Predictor } from '../../../src/prediction/predictor.ts';
import { createRouting } from '../../../src/routing/registry.ts';
import { withLearning } from '../../../src/runs/serving/fleet.ts';
import { simulateCluster } from '../../../src/simulation/cluster.ts';
import type { SimulatedOutcome, SimulationListener } from '../../../src/simulation/types.ts';
import { createRandom } from '../../../src/statistics/random.ts';
import { CLOCKS_MHZ, ENGINE, GPU, ids, MODEL, SLO, specs } from './world.ts';

export interface Asked {
  readonly schedule: readonly WorkloadRequest[];
  readonly seed: number;
  readonly governor: 'slo' | 'max';
  readonly predictorOf: (role: Role) => Predictor;
  readonly adapts: boolean;
  /** Called with everything that a listener hears, too. */
  readonly onSample?: (control: FleetControl, atMs: number) => void;
  readonly tickMs?: number;
}

/** What a request got: its place among the others is its arrival. */
export interface Served {
  readonly arrivalMs: number;
  readonly ttftMs: number;
  readonly meanGapMs: number;
  readonly endMs: number;
  readonly met: boolean;
}

export interface Ran {
  /** Joules of all instances since the start, by whole tenths of a second. */
  readonly energyJ: readonly number[];
  readonly served: readonly Served[];
  readonly control: FleetControl;
}

const SAMPLE_MS = 100;

function servedOf({ request, firstTokenMs, endMs, outputTokens }: SimulatedOutcome): Served {
  const [first, end] = [firstTokenMs ?? Infinity, endMs ?? Infinity];
  const ttftMs = first - request.arrivalMs;
  const meanGapMs = outputTokens > 1 ? (end - first) / (outputTokens - 1) : 0;
  return { arrivalMs: request.arrivalMs, ttftMs, meanGapMs, endMs: end, met: ttftMs <= SLO.ttftMs && meanGapMs <= SLO.itlMs };
}

/** A control over the demo's fleet. */
export function controlOf({ governor, predictorOf, adapts, seed }: Asked): FleetControl {
  const kvTokens = kvCapacityTokens(GPU, MODEL, ENGINE, 1);
  const instances = (['prefill', 'decode'] as const).flatMap((role) => {
    const predictor = predictorOf(role);
    return ids(role).map((id) => ({
      id,
      role,
      gpuCount: 1,
      supportedMhz: CLOCKS_MHZ,
      startMhz: CLOCKS_MHZ.at(-1)!,
      kvCapacityTokens: kvTokens,
      ...withLearning(predictor, role, adapts ? 'on' : 'off'),
    }));
  });
  const routing = createRouting('eco', createRandom(seed).fork('routing'));
  return new FleetControl({ instances, slo: SLO, governor: createGovernor(governor, {}), routing, maxTransitionsPerS: 2, dwellMs: 400 });
}

/** One simulated run of the demo's cluster. */
export function run(asked: Asked): Ran {
  const control = controlOf(asked);
  const energyJ: number[] = [];
  const served: Served[] = [];
  const listener: SimulationListener = {
    ended: (outcome) => void served.push(servedOf(outcome)),
    gaps: () => undefined,
    tokens: () => undefined,
    sample: ({ atMs, energyJ: joules }) => {
      const at = Math.round(atMs / SAMPLE_MS);
      if (energyJ[at] === undefined) asked.onSample?.(control, atMs);
      energyJ[at] = (energyJ[at] ?? 0) + joules;
    },
  };
  simulateCluster(
    {
      specs: specs(),
      schedule: asked.schedule,
      control,
      tickMs: asked.tickMs ?? 50,
      sampleMs: SAMPLE_MS,
      idleMs: 1000,
      drainMs: 60_000,
      seed: asked.seed,
    },
    listener,
  );
  served.sort((a, b) => a.arrivalMs - b.arrivalMs);
  return { energyJ, served, control };
}
