import type { WorkloadRequest } from '../../src/domain/request.ts';
import { FleetControl } from '../../src/control/fleet-control.ts';
import { clockTable } from '../../src/emulation/instance.ts';
import { createGovernor } from '../../src/governing/registry.ts';
import { fittedPredictor } from '../../src/prediction/fitted-predictor.ts';
import { tabledPredictor } from '../../src/prediction/tabled/tabled-predictor.ts';
import { createRouting } from '../../src/routing/registry.ts';
import { cluster, gpu } from '../fixtures/world/shipped.ts';
import { simulate, type World } from '../fixtures/world/simulated-runs.ts';

/** Real microseconds that the `slo` governor takes for each decision under load of one simulated run; the first, which warm up, left out. */
export function decisionTimesUs(world: World, schedule: readonly WorkloadRequest[]): number[] {
  const timesUs: number[] = [];
  const governor = createGovernor('slo');
  const control = new FleetControl({
    instances: world.specs.map(({ id, role }) => ({
      id,
      role,
      gpuCount: 1,
      supportedMhz: clockTable(gpu),
      startMhz: gpu.clock.maxMhz,
      predictor: tabledPredictor(
        fittedPredictor(
          world.fitted.instances.find(({ instance }) => instance === id)!,
          world.fitted,
        ),
        role,
        clockTable(gpu),
      ),
    })),
    slo: cluster.slo,
    governor: {
      id: 'slo',
      decide(question) {
        const startedMs = performance.now();
        const decision = governor.decide(question);
        if (question.load.idleSinceMs === null) timesUs.push((performance.now() - startedMs) * 1000);
        return decision;
      },
    },
    routing: createRouting('eco'),
    maxTransitionsPerS: cluster.control?.maxTransitionsPerS ?? 2,
    dwellMs: 400,
  });
  simulate(world, control, schedule);
  return timesUs.slice(Math.floor(timesUs.length / 4));
}
