import { VoltanaError } from '../../../domain/errors.ts';
import { INSUFFICIENT_SIZE, OK, isGrave } from './codes.ts';
import { nvmlFailure } from './failure.ts';
import { outBuffer } from './layouts.ts';
import type { NvmlFunction, NvmlLibrary } from './library.ts';
import { SYMBOLS, type NvmlCall } from './symbols.ts';

/**
 * Whoever is called, one call at a time: a GPU, or the driver as a whole. One that hangs would otherwise take every
 * thread of the process, and with them its files.
 */
export interface Lane {
  /** Of its GPU; null for the driver. */
  readonly id: string | null;
  /** For messages: its id and address. */
  readonly device: string | null;
  last: Promise<unknown>;
  /** The call that has not answered in time, until it does. */
  hung: string | null;
  /** Memory that the driver may be writing to. */
  holds: readonly unknown[];
}

export const createLane = (id: string | null, address: string | null = null): Lane => ({
  id,
  device: address === null ? id : `${id} (${address})`,
  last: Promise.resolve(),
  hung: null,
  holds: [],
});

const MOST_ITEMS = 65_536;
const TRIES = 6;

export interface DriverOptions {
  readonly answerWithinMs: number;
  /** Hears what every call has returned. */
  readonly heard: (lane: Lane, code: number) => void;
}

/** NVML's functions as promises: in turn per lane, with a limit of time, and with their return codes understood. */
export class Driver {
  /** Calls that have not answered in time, and still do not. */
  hanging = 0;
  private whenFree: (() => void) | null = null;
  private readonly library: NvmlLibrary;
  private readonly options: DriverOptions;

  constructor(library: NvmlLibrary, options: DriverOptions) {
    this.library = library;
    this.options = options;
  }

  get place(): string {
    return this.library.place;
  }

  get answerWithinMs(): number {
    return this.options.answerWithinMs;
  }

  has(call: NvmlCall): boolean {
    return this.library.functions.has(call);
  }

  /** The return code. @throws VoltanaError NOT_SUPPORTED where the library lacks it, DEVICE_FAILED when nothing answers */
  code(lane: Lane, call: NvmlCall, args: readonly unknown[], withinMs = this.options.answerWithinMs): Promise<number> {
    const found = this.library.functions.get(call);
    if (found === undefined) return Promise.reject(missing(call, lane));
    const turn = lane.last.then(() => this.answer(lane, found, args, withinMs));
    lane.last = turn.catch(() => undefined);
    return turn;
  }

  /** @throws what its return code means */
  async call(lane: Lane, call: NvmlCall, args: readonly unknown[], withinMs?: number): Promise<void> {
    const code = await this.code(lane, call, args, withinMs);
    if (code !== OK) throw this.failure(lane, call, code);
  }

  /** Whether it has answered: not what only some drivers and devices tell. @throws only when the device or the driver is gone */
  async ask(lane: Lane, call: NvmlCall, args: readonly unknown[]): Promise<boolean> {
    if (!this.has(call)) return false;
    const code = await this.code(lane, call, args);
    if (isGrave(code)) throw this.failure(lane, call, code);
    return code === OK;
  }

  /** A number that the last argument brings; null where there is none. */
  async number(lane: Lane, call: NvmlCall, args: readonly unknown[]): Promise<number | null> {
    const out = outBuffer(8);
    return (await this.ask(lane, call, [...args, out])) ? out.readUInt32LE() : null;
  }

  /** A list of unknown length: the bytes of its items. @throws also DEVICE_FAILED when its length cannot be true */
  async list(lane: Lane, call: NvmlCall, args: readonly unknown[], itemBytes: number): Promise<Buffer> {
    let room = 32;
    for (let tries = 0; tries < TRIES && room <= MOST_ITEMS; tries += 1) {
      const items = outBuffer(room * itemBytes);
      const count = outBuffer(4);
      count.writeUInt32LE(room);
      const code = await this.code(lane, call, [...args, count, items]);
      const told = count.readUInt32LE();
      if (code === OK && told <= room) return items.subarray(0, told * itemBytes);
      if (code !== OK && code !== INSUFFICIENT_SIZE) throw this.failure(lane, call, code);
      room = Math.max(told, room * 2);
    }
    throw this.failure(lane, call, INSUFFICIENT_SIZE);
  }

  /** Lets go of the library: never while a call still runs its code, which then does it at its end. */
  async unload(before: () => Promise<unknown>): Promise<void> {
    if (this.hanging > 0) {
      this.whenFree = () => void this.unload(before).catch(() => undefined);
      return;
    }
    await before();
    if (this.hanging === 0) this.library.unload();
  }

  /** Another thread hangs in the library. @returns what to call when it is out of it */
  enter(): () => void {
    this.hanging += 1;
    return () => this.leave();
  }

  /** That something else is under way on a lane, until `end`: whoever calls waits his turn, or hears that it hangs. */
  follow(lane: Lane, name: string, end: Promise<void>): void {
    const run: NvmlFunction['run'] = (_args, done) => void end.then(() => done(null, OK));
    lane.last = lane.last.then(() => this.answer(lane, { name, run }, [], this.options.answerWithinMs)).catch(() => undefined);
  }

  private finished(lane: Lane): void {
    const hung = lane.hung !== null;
    lane.hung = null;
    if (hung) this.leave();
  }

  private leave(): void {
    this.hanging -= 1;
    if (this.hanging === 0) this.whenFree?.();
  }

  failure(lane: Lane, call: NvmlCall, code: number): VoltanaError {
    return nvmlFailure(code, this.library.functions.get(call)!.name, lane.device);
  }

  private answer(
    lane: Lane,
    { name, run }: Pick<NvmlFunction, 'name' | 'run'>,
    args: readonly unknown[],
    withinMs: number,
  ): Promise<number> {
    if (lane.hung !== null) return Promise.reject(silent(lane, lane.hung, 'still'));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        lane.hung = name;
        this.hanging += 1;
        reject(silent(lane, name, `for ${withinMs / 1000} s`));
      }, withinMs);
      const done = (error: unknown, code: number): void => {
        clearTimeout(timer);
        lane.holds = [];
        this.finished(lane);
        if (error !== null && error !== undefined) return reject(broken(name, error));
        this.options.heard(lane, code);
        resolve(code);
      };
      lane.holds = args;
      try {
        run(args, done);
      } catch (error) {
        done(error, 0);
      }
    });
  }
}

const missing = (call: NvmlCall, { device }: Lane): VoltanaError =>
  new VoltanaError('NOT_SUPPORTED', `${device ?? 'the NVIDIA driver'}: this driver is too old for ${SYMBOLS[call][0][0]}`);

const silent = ({ device }: Lane, name: string, howLong: string): VoltanaError =>
  new VoltanaError('DEVICE_FAILED', `${name}${device === null ? '' : ` on ${device}`} has not answered ${howLong}`);

const broken = (name: string, cause: unknown): VoltanaError => new VoltanaError('DEVICE_FAILED', `${name} could not be called`, { cause });
