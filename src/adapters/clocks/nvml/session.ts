import { VoltanaError } from '../../../domain/errors.ts';
import { GPU_NOT_FOUND } from './codes.ts';
import { Driver, createLane, type Lane } from './driver.ts';
import { nvmlFailure } from './failure.ts';
import { openGpu, type Gpu } from './gpu.ts';
import { TEXT_BYTES, outBuffer, textIn } from './layouts.ts';
import { loadLibrary } from './library.ts';
import type { ReaderThread } from './reader/thread.ts';
import type { Watch } from './watch.ts';
import { watchXids, type Xids } from './xids.ts';

/** Without persistence mode it wakes every GPU first. */
const OPEN_WITHIN_MS = 120_000;

/** The driver while it is open. */
export interface Session {
  readonly driver: Driver;
  readonly whole: Lane;
  readonly gpus: ReadonlyMap<string, Gpu>;
  readonly xids: Xids;
  readonly driverVersion: string | null;
  readonly openedAtMs: number;
  /** Begun by the first who reads several at once. */
  reader: ReaderThread | null;
  /** For what is not told by itself. */
  lookedAtMs: number;
  /** It must be opened anew: it was unloaded under us. */
  stale: boolean;
  /** Who works with it: it is closed behind the last one. */
  users: number;
  ended: (() => void) | null;
}

export interface SessionOptions {
  readonly library: string | undefined;
  readonly answerWithinMs: number;
  readonly nowMs: () => number;
}

/** Without those that this process may not open, or that are gone: the others are well. */
const openGpus = async (driver: Driver, whole: Lane): Promise<Map<string, Gpu>> => {
  const out = outBuffer(4);
  await driver.call(whole, 'count', [out]);
  const gpus = new Map<string, Gpu>();
  let refused: unknown = nvmlFailure(GPU_NOT_FOUND, 'nvmlDeviceGetCount', null);
  for (let index = 0; index < out.readUInt32LE(); index += 1) {
    try {
      const gpu = await openGpu(driver, whole, index);
      gpus.set(gpu.id, gpu);
    } catch (error) {
      if (!(error instanceof VoltanaError) || error.code === 'NO_DRIVER') throw error;
      refused = error;
    }
  }
  if (gpus.size === 0) throw refused;
  return gpus;
};

const versionOf = async (driver: Driver, whole: Lane): Promise<string | null> => {
  const text = outBuffer(TEXT_BYTES);
  return (await driver.ask(whole, 'driverVersion', [text, TEXT_BYTES])) ? textIn(text) : null;
};

const shutDown = (driver: Driver, whole: Lane): Promise<void> =>
  driver.unload(() => driver.code(whole, 'shutdown', []).catch(() => undefined));

/** @throws VoltanaError NO_DRIVER, NOT_PERMITTED, DEVICE_FAILED */
export const openSession = async (options: SessionOptions, watch: Watch): Promise<Session> => {
  const library = await loadLibrary(options.library);
  const whole = createLane(null);
  const state = { stale: false };
  const driver = new Driver(library, {
    answerWithinMs: options.answerWithinMs,
    heard(lane, code) {
      if (watch.hear(lane, code)) state.stale = true;
    },
  });
  try {
    await driver.call(whole, 'init', [], OPEN_WITHIN_MS);
  } catch (error) {
    await shutDown(driver, whole);
    throw error;
  }
  try {
    const gpus = await openGpus(driver, whole);
    const driverVersion = await versionOf(driver, whole);
    const xids = await watchXids(driver, whole, [...gpus.values()]);
    return Object.assign(state, {
      driver,
      whole,
      gpus,
      xids,
      driverVersion,
      openedAtMs: options.nowMs(),
      reader: null,
      lookedAtMs: -Infinity,
      users: 0,
      ended: null,
    });
  } catch (error) {
    await shutDown(driver, whole);
    throw error;
  }
};

/** Behind the last one who works with it. */
export const endSession = async (session: Session): Promise<void> => {
  const { driver, whole, xids } = session;
  await new Promise<void>((resolve) => {
    session.ended = resolve;
    if (session.users === 0) resolve();
  });
  await session.reader?.close();
  await xids.close().catch(() => undefined);
  await shutDown(driver, whole);
};
