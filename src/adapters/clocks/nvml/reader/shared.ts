import type { Meters } from '../meters.ts';

/** What the thread must know of a GPU: its handle is good in the whole process. */
export interface ReaderGpu {
  readonly handle: bigint;
  readonly meters: Meters;
}

/** What the thread is started with. */
export interface ReaderStart {
  /** As it was loaded. */
  readonly library: string;
  readonly gpus: readonly ReaderGpu[];
  readonly control: Int32Array<SharedArrayBuffer>;
  readonly values: Float64Array<SharedArrayBuffer>;
}

/** Words of `control`; behind them one for each GPU: what is wanted of it, or that the thread has taken it on. */
export const COMMAND = 0;
/** The GPU that is asked now. */
export const AT = 1;
export const WANTED = 2;
export const NOBODY = -1;
/** As a command: every other one is the number of a round. */
export const CLOSE = -1;

export const WANT = { nothing: 0, reading: 1, slowToo: 2 } as const;

/** Numbers that each GPU has in `values`. NaN is what its driver does not tell. */
export const VALUE = {
  /** 1 when the round has read it well: whatever went wrong is asked for once more, by who can tell what it was. */
  well: 0,
  /** On the clock of process.hrtime, the one that all threads share. */
  atMs: 1,
  smMhz: 2,
  reasons: 3,
  instantMw: 4,
  averageMw: 5,
  energyMj: 6,
  memoryMhz: 7,
  temperatureC: 8,
  persistence: 9,
} as const;
export const VALUES = Object.keys(VALUE).length;

export const sharedWords = (gpus: number): Pick<ReaderStart, 'control' | 'values'> => {
  const control = new Int32Array(new SharedArrayBuffer((WANTED + gpus) * Int32Array.BYTES_PER_ELEMENT));
  control[AT] = NOBODY;
  return { control, values: new Float64Array(new SharedArrayBuffer(gpus * VALUES * Float64Array.BYTES_PER_ELEMENT)) };
};

/** The clock that all threads of a process share, in ms. */
export const sharedNowMs = (): number => {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
};
