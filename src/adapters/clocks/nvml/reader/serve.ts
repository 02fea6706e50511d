import { loadLibrary } from '../library.ts';
import { GpuReader, READER_CALLS } from './gpu-reader.ts';
import { AT, CLOSE, COMMAND, NOBODY, VALUES, WANT, WANTED, type ReaderStart } from './shared.ts';

/** Asks whoever is wanted, one after another: always telling with whom it is, so that one who hangs is known. */
const readRound = (readers: readonly GpuReader[], control: Int32Array): void => {
  readers.forEach((reader, i) => {
    Atomics.store(control, AT, i);
    // Those that come behind one who hangs are taken away meanwhile.
    const want = Atomics.exchange(control, WANTED + i, WANT.nothing);
    if (want !== WANT.nothing) reader.read(want === WANT.slowToo);
  });
  Atomics.store(control, AT, NOBODY);
};

/**
 * The reader's thread: sleeps until there is a round, and leaves no thread but its own waiting for a driver.
 * @param onRead hears 0 when it is ready, then the number of each round that is over
 * @throws VoltanaError NO_DRIVER
 */
export const serveReader = async ({ library, gpus, control, values }: ReaderStart, onRead: (round: number) => void): Promise<void> => {
  const { functions, unload } = await loadLibrary(library, READER_CALLS);
  const readers = gpus.map((gpu, i) => new GpuReader(functions, gpu, values.subarray(i * VALUES, (i + 1) * VALUES)));
  onRead(0);
  for (let round = 0; ;) {
    Atomics.wait(control, COMMAND, round);
    round = Atomics.load(control, COMMAND);
    if (round === CLOSE) break;
    readRound(readers, control);
    onRead(round);
  }
  unload();
};
