import type { FakeNvml } from '../../fixtures/nvml/fake-nvml.ts';

const US_PER_MS = 1000;

/** From now until the driver was told: it writes down when, on the clock that all processes of a machine share. */
export async function untilCalledUs(gpus: FakeNvml, work: () => Promise<unknown>): Promise<number> {
  const startedMs = Number(process.hrtime.bigint()) / 1e6;
  await work();
  return (gpus.lastSetting().atMs - startedMs) * US_PER_MS;
}
