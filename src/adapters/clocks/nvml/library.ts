import type Koffi from 'koffi';
import type { LibraryHandle } from 'koffi';
import { VoltanaError } from '../../../domain/errors.ts';
import { NEEDED, SYMBOLS, type NvmlCall } from './symbols.ts';

/**
 * One function of the library: `run` calls back when a thread of libuv's pool has called it. Never in the agent's own
 * thread, however short: a GPU that hangs would hang the agent, and every lease with it.
 */
export interface NvmlFunction {
  readonly name: string;
  readonly run: (args: readonly unknown[], done: (error: unknown, code: number) => void) => void;
  /** Calls it in this very thread: for one that may hang. */
  readonly here: (...args: unknown[]) => number;
}

export interface NvmlLibrary {
  /** Where it was found. */
  readonly place: string;
  readonly functions: ReadonlyMap<NvmlCall, NvmlFunction>;
  /** Only when no call is under way, and none will come. */
  unload(): void;
}

/** Where distributions put it outside the loader's path: WSL, NixOS. */
const PLACES = ['libnvidia-ml.so.1', '/usr/lib/wsl/lib/libnvidia-ml.so.1', '/run/opengl-driver/lib/libnvidia-ml.so.1'];

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const koffi = async (): Promise<typeof Koffi> => {
  try {
    return (await import('koffi')).default;
  } catch (cause) {
    throw new VoltanaError('NO_DRIVER', `koffi, which calls the NVIDIA library, does not load here: ${reasonOf(cause)}`, {
      hint: 'Install voltana anew on this machine: the package koffi brings binaries for each system.',
      cause,
    });
  }
};

const load = (ffi: typeof Koffi, path: string | undefined): { readonly handle: LibraryHandle; readonly place: string } => {
  let failure: unknown;
  for (const place of path === undefined ? PLACES : [path]) {
    try {
      return { handle: ffi.load(place), place };
    } catch (error) {
      failure ??= error;
    }
  }
  throw new VoltanaError('NO_DRIVER', `the NVIDIA library ${path ?? PLACES[0]} cannot be loaded: ${reasonOf(failure)}`, {
    hint:
      path === undefined
        ? 'Install the NVIDIA driver, or run where it is (in a container: --gpus all); VOLTANA_NVML_LIBRARY names another path.'
        : 'Correct the path (VOLTANA_NVML_LIBRARY), or leave it out to take the driver that is installed.',
    cause: failure,
  });
};

/** The newest version that is exported; null where none is. */
const find = (handle: LibraryHandle, call: NvmlCall): NvmlFunction | null => {
  const [names, types] = SYMBOLS[call];
  for (const name of names) {
    try {
      const f = handle.func(name, 'uint32', [...types]);
      return { name, run: (args, done) => void f.async(...args, done), here: f as NvmlFunction['here'] };
    } catch {
      // An older driver exports an older name, or none.
    }
  }
  return null;
};

const ALL = Object.keys(SYMBOLS) as NvmlCall[];

/**
 * @param wanted what is to be called of it
 * @throws VoltanaError NO_DRIVER
 */
export const loadLibrary = async (path: string | undefined, wanted: readonly NvmlCall[] = ALL): Promise<NvmlLibrary> => {
  const { handle, place } = load(await koffi(), path);
  const functions = new Map<NvmlCall, NvmlFunction>();
  for (const call of wanted) {
    const found = find(handle, call);
    if (found !== null) functions.set(call, found);
  }
  const missing = NEEDED.find((call) => wanted.includes(call) && !functions.has(call));
  if (missing === undefined) return { place, functions, unload: () => handle.unload() };
  handle.unload();
  throw new VoltanaError('NO_DRIVER', `${path ?? PLACES[0]} is no library of NVIDIA's NVML: it exports no ${SYMBOLS[missing][0][0]}`);
};
