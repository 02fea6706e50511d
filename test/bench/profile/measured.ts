import type { ProfileDocument } from '../../../src/domain/profile.ts';
import { clockTable } from '../../../src/emulation/instance.ts';
import { VirtualCluster } from '../../../src/adapters/engines/emulated/virtual/cluster.ts';
import { VirtualTime } from '../../../src/adapters/host/virtual-time.ts';
import { joules, watts } from '../../../src/domain/units.ts';
import type { PowerMeter } from '../../../src/ports/power-meter.ts';
import { gridClocks } from '../../../src/runs/profiling/designs/grid.ts';
import type { ProfileOptions } from '../../../src/runs/profiling/options.ts';
import { profileCluster } from '../../../src/runs/profiling/profile-cluster.ts';
import { NOTHING } from '../../../src/runs/profiling/profile-instance.ts';
import { THOROUGH } from '../../../src/runs/profiling/settings.ts';
import { adaptiveSweep } from '../../../src/runs/profiling/sweeps.ts';
import type { SeededRandom } from '../../../src/statistics/random.ts';
import { cluster } from '../../fixtures/world/shipped.ts';
import { cards, normal, provenance, type BenchDevice } from './device.ts';

const LOWEST_MHZ = 690;
const BUDGET_GPU_S = 600;
const ITERATION_NOISE = 0.02;
const OUTLIERS = 0.02;
const OUTLIER = 5;

const optionsOf = ({ seed }: BenchDevice): ProfileOptions => {
  const clocksMhz = clockTable(cards.gpu).filter((mhz) => mhz >= LOWEST_MHZ);
  const instances = (['prefill', 'decode'] as const).map((role) => ({ id: role, role, gpus: [role], seed }));
  return {
    ...cards,
    cluster,
    instances,
    clocksMhz,
    gridClocksMhz: gridClocks(clocksMhz),
    budgetGpuS: BUDGET_GPU_S,
    targetPct: 2,
    seed,
    virtualTime: true,
  };
};

/** The device's own sensor deviates already: what the meter shows is off by the bench's gain in all. */
const shown = (meter: PowerMeter, { gain, device }: BenchDevice): PowerMeter => ({
  async read(domain) {
    const reading = await meter.read(domain);
    const factor = gain / device.personality.sensorGain;
    return { ...reading, energyJ: joules(reading.energyJ * factor), powerW: watts(reading.powerW * factor) };
  },
});

/** Iterations as a real device takes them: each a little longer or shorter, some of them far too long. */
const disturbance = (random: SeededRandom) => () => (1 + ITERATION_NOISE * normal(random)) * (random.next() < OUTLIERS ? OUTLIER : 1);

export type Measured = Pick<ProfileDocument, 'points' | 'idle' | 'gpuSeconds' | 'provenance' | 'sweeps'>;

/** What `voltana profile` measures of a device, on virtual time. */
export async function measured(bench: BenchDevice): Promise<Measured> {
  const time = new VirtualTime();
  const machines = new VirtualCluster(bench.specs, time, (id) => disturbance(bench.random.fork(`iterations of ${id}`)));
  const idle: ProfileDocument['idle'][number][] = [];
  const options = optionsOf(bench);
  const ports = {
    driver: machines.driver,
    meter: shown(machines.meter, bench),
    probe: machines.probe,
    time,
    random: bench.random.fork('order'),
  };
  const profiling = {
    instances: machines.instances,
    settings: { prefill: THOROUGH, decode: THOROUGH },
    sweepOf: ({ id, role }: { id: string; role: 'prefill' | 'decode' }) =>
      adaptiveSweep(id, role, options, NOTHING, () => idle.filter(({ instance }) => instance === id)),
  };
  try {
    const work = profileCluster(ports, profiling, new AbortController().signal, { idle: (one) => void idle.push(one) });
    return { ...(await time.finish(work)), provenance };
  } finally {
    machines.close();
  }
}
