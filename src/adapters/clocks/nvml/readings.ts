import type { DeviceReading } from '../../../domain/device.ts';
import type { Devices } from '../../../ports/devices.ts';
import type { Gpu } from './gpu.ts';
import type { Opened } from './opened.ts';
import { ReaderThread, type ReaderEntry } from './reader/thread.ts';
import { readGpu } from './reading.ts';
import type { Session } from './session.ts';
import type { Watch } from './watch.ts';

interface Parts {
  readonly opened: Opened;
  readonly watch: Watch;
  readonly nowMs: () => number;
  readonly onGpu: <T>(id: string, work: (session: Session, gpu: Gpu) => Promise<T>) => Promise<T>;
  readonly onReader: (problem: string | null) => void;
}

type Heard = (id: string, outcome: DeviceReading | Error) => void;

/** Readings of GPUs: one by one with a trip for each call, and several in one trip where there is a thread for that. */
export class Readings {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async read(id: string): Promise<DeviceReading> {
    const { onGpu, nowMs } = this.#parts;
    const reading = await onGpu(id, async ({ driver, reader }, gpu) => {
      let quick: DeviceReading | null = null;
      await reader?.read([gpu], (_, told) => (quick = told));
      return quick ?? readGpu(driver, gpu, nowMs);
    });
    this.#seen(id, reading);
    return reading;
  }

  each(entry: ReaderEntry): NonNullable<Devices['readEach']> {
    return (ids, heard) => void this.#readEach(entry, ids, heard);
  }

  /** Quickly where that goes, and the others as ever. */
  async #readEach(entry: ReaderEntry, ids: readonly string[], heard: Heard): Promise<void> {
    const left = new Set(ids);
    const well = (id: string, reading: DeviceReading): void => {
      left.delete(id);
      this.#seen(id, reading);
      heard(id, reading);
    };
    await this.#readQuickly(entry, left, well).catch(() => undefined);
    for (const id of left) {
      this.#readSlowly(id).then(
        (reading) => heard(id, reading),
        (error: Error) => heard(id, error),
      );
    }
  }

  #readQuickly(entry: ReaderEntry, ids: ReadonlySet<string>, well: (id: string, reading: DeviceReading) => void): Promise<unknown> {
    const { opened, watch, nowMs, onReader } = this.#parts;
    return opened.use((session) => {
      const { driver, gpus } = session;
      session.reader ??= new ReaderThread({ entry, driver, gpus: [...gpus.values()], nowMs, onReader });
      // One that is lost is found again by those who open the driver anew.
      const present = [...ids].filter((id) => !watch.isLost(id)).map((id) => gpus.get(id));
      return session.reader.read(
        present.filter((gpu) => gpu !== undefined),
        ({ id }, reading) => well(id, reading),
      );
    });
  }

  async #readSlowly(id: string): Promise<DeviceReading> {
    const { onGpu, nowMs } = this.#parts;
    const reading = await onGpu(id, ({ driver }, gpu) => readGpu(driver, gpu, nowMs));
    this.#seen(id, reading);
    return reading;
  }

  #seen(id: string, { counterJ }: DeviceReading): void {
    this.#parts.watch.answered(id);
    this.#parts.watch.counted(id, counterJ);
  }
}
