import { CLOCK, FIELD, OK, isGrave } from '../codes.ts';
import { FIELD_VALUE, fieldNumber, outBuffer } from '../layouts.ts';
import type { NvmlLibrary } from '../library.ts';
import type { NvmlCall } from '../symbols.ts';
import { VALUE, sharedNowMs, type ReaderGpu } from './shared.ts';

export const READER_CALLS: readonly NvmlCall[] = ['fields', 'power', 'energy', 'clock', 'reasons', 'temperature', 'persistence'];

/** One GPU, asked in this very thread. Memory is taken once: a reading makes no garbage. */
export class GpuReader {
  readonly #functions: NvmlLibrary['functions'];
  readonly #gpu: ReaderGpu;
  readonly #values: Float64Array;
  readonly #fields: Buffer;
  readonly #out = outBuffer(8);
  #well = true;

  /** @param values where its numbers go */
  constructor(functions: NvmlLibrary['functions'], gpu: ReaderGpu, values: Float64Array) {
    this.#functions = functions;
    this.#gpu = gpu;
    this.#values = values;
    this.#fields = outBuffer(gpu.meters.fields.length * FIELD_VALUE.bytes);
  }

  /** What `readGpu` asks, in the same order. @param slowToo what holds for a second as well */
  read(slowToo: boolean): void {
    const values = this.#values;
    this.#well = true;
    const askedMs = sharedNowMs();
    this.#readMeters();
    // The energy is of a moment in between.
    values[VALUE.atMs] = (askedMs + sharedNowMs()) / 2;
    values[VALUE.smMhz] = this.#number('clock', CLOCK.sm);
    values[VALUE.reasons] = this.#long('reasons');
    if (slowToo) this.#readSlow();
    values[VALUE.well] = this.#well && !Number.isNaN(values[VALUE.smMhz]) ? 1 : 0;
  }

  #readSlow(): void {
    const values = this.#values;
    values[VALUE.memoryMhz] = this.#number('clock', CLOCK.memory);
    values[VALUE.temperatureC] = this.#number('temperature', 0);
    values[VALUE.persistence] = this.#number('persistence');
  }

  #readMeters(): void {
    const { power, energy } = this.#gpu.meters;
    const values = this.#values;
    values.fill(Number.NaN, VALUE.instantMw, VALUE.energyMj + 1);
    this.#readFields();
    if (power !== null) values[VALUE[power]] = this.#number('power');
    if (energy) values[VALUE.energyMj] = this.#long('energy');
  }

  #readFields(): void {
    const { fields } = this.#gpu.meters;
    const out = this.#fields;
    if (fields.length === 0) return;
    fields.forEach((field, i) => out.writeUInt32LE(FIELD[field], i * FIELD_VALUE.bytes));
    if (!this.#answers('fields', fields.length, out)) return;
    fields.forEach((field, i) => {
      const base = i * FIELD_VALUE.bytes;
      const isTold = out.readUInt32LE(base + FIELD_VALUE.returned) === OK;
      this.#values[VALUE[field]] = (isTold ? fieldNumber(out, base) : null) ?? Number.NaN;
    });
  }

  #number(call: NvmlCall, ...args: number[]): number {
    return this.#answers(call, ...args, this.#out) ? this.#out.readUInt32LE() : Number.NaN;
  }

  #long(call: NvmlCall): number {
    return this.#answers(call, this.#out) ? Number(this.#out.readBigUInt64LE()) : Number.NaN;
  }

  #answers(call: NvmlCall, ...args: unknown[]): boolean {
    const code = this.#functions.get(call)?.here(this.#gpu.handle, ...args);
    if (code === undefined) return false;
    if (isGrave(code)) this.#well = false;
    return code === OK;
  }
}
