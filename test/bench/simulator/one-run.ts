/** One simulation in a process of its own, so that its time and memory are nobody else's. Prints one line of JSON. */
import { parseArgs } from 'node:util';
import { governorId, routingId } from '../../../src/runs/serving/fleet.ts';
import { RunTally } from '../../../src/telemetry/run-tally.ts';
import { simulateCluster } from '../../../src/simulation/cluster.ts';
import type { SimulatedSample, SimulationListener } from '../../../src/simulation/types.ts';
import { seededRequests } from '../../../src/workload/seeded-schedule.ts';
import { controlOf, specsOf } from '../../fixtures/world/carded.ts';
import { workload } from '../../fixtures/world/shipped.ts';
import type { OneRun } from './spawned.ts';

const { values } = parseArgs({
  options: {
    governor: { type: 'string', default: 'max' },
    routing: { type: 'string', default: 'least-requests' },
    requests: { type: 'string', default: '100000' },
    rate: { type: 'string', default: '48' },
    pairs: { type: 'string', default: '8' },
    seed: { type: 'string', default: '1' },
    tally: { type: 'string', default: 'true' },
  },
});
const [requests, ratePerS, pairs, seed] = [values.requests, values.rate, values.pairs, values.seed].map(Number) as [
  number,
  number,
  number,
  number,
];

const specs = specsOf(pairs, pairs);
const control = controlOf(specs, { governor: governorId(values.governor), routing: routingId(values.routing), tabled: true });
const nothing = (): void => undefined;
const tally = new RunTally({ slo: { ttftMs: 800, itlMs: 50 }, startMs: 0 });
let ended = 0;
const counting = { ended: (): void => void ended++, gaps: nothing, tokens: nothing, sample: nothing };
const listener: SimulationListener = values.tally === 'true' ? tally : counting;
const energyJ = new Map<string, number>();
const sample = (reading: SimulatedSample): void => {
  energyJ.set(reading.instance, reading.energyJ);
  listener.sample(reading);
};
const startedMs = performance.now();
const startedCpu = process.cpuUsage();
const { iterations, endMs } = simulateCluster(
  {
    specs,
    control,
    schedule: seededRequests({ card: workload('azure-conv-2023'), ratePerS, burstiness: 1, seed, extent: { requests } }),
    // As `voltana simulate` does.
    tickMs: 50,
    sampleMs: 100,
    idleMs: 0,
    drainMs: 600_000,
  },
  {
    ended: (outcome) => listener.ended(outcome),
    gaps: (gapMs, count, atMs) => listener.gaps(gapMs, count, atMs),
    tokens: (count, atMs) => listener.tokens(count, atMs),
    sample,
  },
);
const cpu = process.cpuUsage(startedCpu);
const wallS = (performance.now() - startedMs) / 1000;
const summary = tally.summary(tally.span(endMs));
const run: OneRun = {
  wallS,
  cpuS: (cpu.user + cpu.system) / 1e6,
  rssMiB: process.resourceUsage().maxRSS / 1024,
  iterations,
  simulatedS: endMs / 1000,
  completed: values.tally === 'true' ? summary.requests.completed : ended,
  tokens: summary.outputTokens,
  joint: summary.sloAttainment.joint ?? 0,
  energyJ: [...energyJ.values()].reduce((sum, each) => sum + each, 0),
};
process.stdout.write(`${JSON.stringify(run)}\n`);
