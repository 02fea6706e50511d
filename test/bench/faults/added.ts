import { createNvmlDevices } from '../../../src/adapters/clocks/nvml/devices.ts';
import { realTime } from '../../../src/adapters/host/real-time.ts';
import { megahertz } from '../../../src/domain/units.ts';
import { quantile } from '../../../src/statistics/quantile.ts';
import { fakeNvml } from '../../fixtures/nvml/fake-nvml.ts';
import type { Figure, figureMaker } from '../figures.ts';
import { custodyOver } from './custody.ts';
import { untilCalledUs } from './until-called.ts';

const ROUNDS = 3000;
const WARM = 500;
const CLOCKS_MHZ = [1005, 1200].map(megahertz);

/** From a decision to the driver's call, in this process: what the custodian puts in between, beside the driver alone, in turn. */
export async function added(figure: ReturnType<typeof figureMaker>): Promise<Figure[]> {
  const gpus = fakeNvml({ gpus: 1, settingUs: 0, readUs: 0, settleMs: 0 });
  const [id] = gpus.ids as [string];
  const devices = createNvmlDevices({ library: gpus.library });
  const { custody, stop } = await custodyOver([devices], realTime());
  try {
    const claim = await custody.acquire({ domain: 'd', devices: [id], holder: 'bench', ttlMs: 60_000, identity: 'bench' });
    const times = { custodian: [] as number[], driver: [] as number[] };
    for (let i = 0; i < ROUNDS; i++) {
      const clockMhz = CLOCKS_MHZ[i % 2]!;
      const driverUs = await untilCalledUs(gpus, () => devices.lock(id, clockMhz));
      const custodianUs = await untilCalledUs(gpus, () => custody.lock(claim, clockMhz));
      if (i < WARM) continue;
      times.driver.push(driverUs);
      times.custodian.push(custodianUs);
    }
    const n = times.driver.length;
    const beyond = (p: number): number => quantile(times.custodian, p)! - quantile(times.driver, p)!;
    return [
      figure('the driver alone: until NVML is called, median', quantile(times.driver, 0.5)!, 'us', 'none', n),
      figure('decision to NVML call, added in process: median', beyond(0.5), 'us', '<= 50', n),
      figure('decision to NVML call, added in process: p99', beyond(0.99), 'us', 'none', n),
    ];
  } finally {
    await stop();
    gpus.close();
  }
}
