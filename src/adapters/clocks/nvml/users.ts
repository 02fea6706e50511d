import { readFile } from 'node:fs/promises';
import type { DeviceProcess, DeviceUsers } from '../../../domain/device.ts';
import { VIRTUAL_MODE } from './codes.ts';
import type { Driver } from './driver.ts';
import type { Gpu } from './gpu.ts';
import { PROCESS_V1, PROCESS_V2, outBuffer } from './layouts.ts';
import { VoltanaError } from '../../../domain/errors.ts';

const MPS_SERVER = 'nvidia-cuda-mps';

type ListCall = 'processes' | 'oldProcesses' | 'mpsProcesses';

/** Null where the driver does not tell, or not to us: with MIG that takes more rights. */
const pidsOf = async (driver: Driver, { lane, handle }: Gpu, call: ListCall): Promise<number[] | null> => {
  if (!driver.has(call)) return null;
  const { bytes, pid } = call === 'oldProcesses' ? PROCESS_V1 : PROCESS_V2;
  try {
    const list = await driver.list(lane, call, [handle], bytes);
    return Array.from({ length: list.length / bytes }, (_, i) => list.readUInt32LE(i * bytes + pid));
  } catch (error) {
    if (error instanceof VoltanaError && ['NOT_SUPPORTED', 'NOT_PERMITTED'].includes(error.code)) return null;
    throw error;
  }
};

/** Null for a process of another container, or one that is gone. */
const nameOf = (pid: number): Promise<string | null> =>
  readFile(`/proc/${pid}/comm`, 'utf8').then(
    (text) => text.trim(),
    () => null,
  );

const named = (pids: readonly number[]): Promise<DeviceProcess[]> =>
  Promise.all([...new Set(pids)].map(async (pid) => ({ pid, name: await nameOf(pid) })));

export const usersOf = async (driver: Driver, gpu: Gpu): Promise<DeviceUsers> => {
  const { lane, handle } = gpu;
  const computing = await pidsOf(driver, gpu, driver.has('processes') ? 'processes' : 'oldProcesses');
  const byMps = (await pidsOf(driver, gpu, 'mpsProcesses')) ?? [];
  const processes = computing === null ? null : await named([...computing, ...byMps]);
  const mig = outBuffer(4);
  const sliced = (await driver.ask(lane, 'mig', [handle, mig, outBuffer(4)])) && mig.readUInt32LE() === 1;
  const mode = (await driver.number(lane, 'virtualMode', [handle])) ?? VIRTUAL_MODE.none;
  return {
    processes,
    partitioned: sliced,
    mps: byMps.length > 0 || (processes ?? []).some(({ name }) => name?.startsWith(MPS_SERVER) === true),
    // A virtual machine that has the whole GPU owns its clocks.
    virtual: mode !== VIRTUAL_MODE.none && mode !== VIRTUAL_MODE.passThrough,
  };
};
