import type { DeviceInfo } from '../../../domain/device.ts';
import { VoltanaError } from '../../../domain/errors.ts';
import type { Devices } from '../../../ports/devices.ts';
import type { Driver } from './driver.ts';
import type { Gpu } from './gpu.ts';
import { infoOf } from './info.ts';
import { look } from './look.ts';
import { openOnDemand } from './opened.ts';
import type { ReaderEntry } from './reader/thread.ts';
import { Readings } from './readings.ts';
import type { Session } from './session.ts';
import { beforeOf, limitGpuPower, lockGpu, lockGpuMemory, restoreGpu } from './setting.ts';
import { usersOf } from './users.ts';
import { Watch } from './watch.ts';

export interface NvmlOptions {
  /** Of libnvidia-ml; where the system has it, when left out. */
  readonly library?: string | undefined;
  /** The clock of readings. */
  readonly nowMs?: () => number;
  /** A call that takes longer is an error, and its GPU is left alone until it has answered. */
  readonly answerWithinMs?: number;
  /** A lost GPU is looked for again after that long: the driver must be opened anew to see it. */
  readonly lookAgainMs?: number;
  /** Reads several GPUs at once in a thread of its own, begun when somebody does; left out, they are read one by one. */
  readonly reader?: ReaderEntry | undefined;
  /** Hears null when that thread begins to read, and why if it cannot. */
  readonly onReader?: ((problem: string | null) => void) | undefined;
}

const ANSWER_WITHIN_MS = 5000;
const LOOK_AGAIN_MS = 30_000;

type Work<T> = (driver: Driver, gpu: Gpu, session: Session) => Promise<T>;

const noSuchGpu = (id: string, known: ReadonlyMap<string, DeviceInfo>): VoltanaError =>
  known.has(id)
    ? new VoltanaError('DEVICE_LOST', `${id} is not there any more`)
    : new VoltanaError('UNKNOWN_ID', `there is no NVIDIA GPU ${id}`, { hint: 'voltana clocks status lists the GPUs of this machine.' });

/** One after another, in the order of asking: the driver sets one thing at a time anyway. */
const inTurn = (): (<T>(work: () => Promise<T>) => Promise<T>) => {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };
};

/** A GPU that does not answer is listed as it was; one that never has is not. */
const listGpus = async ({ driver, gpus, driverVersion }: Session, known: Map<string, DeviceInfo>): Promise<readonly DeviceInfo[]> => {
  await Promise.all(
    [...gpus.values()].map(async (gpu) => {
      try {
        known.set(gpu.id, await infoOf(driver, gpu, driverVersion));
      } catch (error) {
        if (!(error instanceof VoltanaError) || error.code === 'NO_DRIVER') throw error;
      }
    }),
  );
  return [...known.values()].sort((a, b) => a.index - b.index);
};

/** NVIDIA's GPUs through libnvidia-ml in this process; every call on a thread of its own. */
export const createNvmlDevices = (options: NvmlOptions = {}): Devices => {
  const {
    library,
    nowMs = () => performance.now(),
    answerWithinMs = ANSWER_WITHIN_MS,
    lookAgainMs = LOOK_AGAIN_MS,
    reader: entry,
    onReader = () => undefined,
  } = options;
  const watch = new Watch();
  const opened = openOnDemand({ library, answerWithinMs, nowMs }, watch);
  const set = inTurn();
  const known = new Map<string, DeviceInfo>();

  const lookAgain = (id: string): Promise<boolean> =>
    opened.use(async ({ openedAtMs }) => watch.isLost(id) && nowMs() - openedAtMs >= lookAgainMs);
  const onGpu = async <T>(id: string, work: Work<T>): Promise<T> => {
    if (watch.isLost(id) && (await lookAgain(id))) await opened.close();
    return opened.use((session) => {
      const gpu = session.gpus.get(id);
      if (gpu === undefined) throw noSuchGpu(id, known);
      return work(session.driver, gpu, session);
    });
  };

  const readings = new Readings({
    opened,
    watch,
    nowMs,
    onReader,
    onGpu: (id, work) => onGpu(id, (_driver, gpu, session) => work(session, gpu)),
  });

  return {
    family: 'nvml',
    list: () => opened.use((session) => listGpus(session, known)),
    read: (id) => readings.read(id),
    ...(entry === undefined ? {} : { readEach: readings.each(entry) }),
    users: (id) => onGpu(id, usersOf),
    before: (id) => onGpu(id, beforeOf),
    lock: (id, clockMhz) => set(() => onGpu(id, (driver, gpu) => lockGpu(driver, gpu, clockMhz))),
    lockMemory: (id, clockMhz) => set(() => onGpu(id, (driver, gpu) => lockGpuMemory(driver, gpu, clockMhz))),
    limitPower: (id, powerW) => set(() => onGpu(id, (driver, gpu) => limitGpuPower(driver, gpu, powerW))),
    restore: (id, before, scope) => set(() => onGpu(id, (driver, gpu) => restoreGpu(driver, gpu, before, scope))),
    async events() {
      await opened.useIfOpen((session) => look(session, watch, nowMs)).catch(() => undefined);
      return watch.take();
    },
    close: () => opened.close(),
  };
};
