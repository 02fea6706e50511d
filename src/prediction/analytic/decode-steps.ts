import type { Device } from './device.ts';
import { estimateInto, type EstimateSlot } from './estimate.ts';
import { emptyRowTime, emptyTime } from './iteration-time.ts';
import { addAttentionTime, loadRowTime } from './latency.ts';
import { loadBusyPower } from './power.ts';
import { emptyTerms, loadAttention, loadRowTerms } from './terms.ts';
import type { IterationWork } from './work.ts';

/**
 * The decode iterations of one device, one after the other: the very numbers of `estimateInto`. From one iteration to the next mostly the KV
 * tokens alone have changed, so only attention is worked out anew; a simulation runs tens of millions of them.
 */
export class DecodeSteps {
  readonly #device: Device;
  readonly #terms = emptyTerms();
  readonly #rows = emptyRowTime();
  readonly #time = emptyTime();
  /** Peaks before attention. */
  #tensorMs = 0;
  #hbmMs = 0;
  #batch = -1;
  #clockMhz = 0;

  constructor(device: Device) {
    this.#device = device;
  }

  /** @param work as `decodeWork` makes it @param slot `energyJ` and `bound` stay as they are in most cases: they cost time, and no simulation asks for them */
  estimateInto(work: IterationWork, clockMhz: number, slot: EstimateSlot): void {
    const device = this.#device;
    const time = this.#time;
    if (work.newTokens !== this.#batch || clockMhz !== this.#clockMhz) this.#change(work, clockMhz);
    this.#addAttention(work);
    if (time.busyW > device.rates.power.limitW) {
      estimateInto(device, work, clockMhz, slot);
      return;
    }
    slot.latencyMs = time.totalMs;
    slot.powerW = time.busyW;
    slot.appliedClockMhz = clockMhz;
    slot.capped = false;
  }

  #change(work: IterationWork, clockMhz: number): void {
    const terms = this.#terms;
    loadRowTerms(this.#device, work, terms);
    this.#tensorMs = terms.tensorPeakMs;
    this.#hbmMs = terms.hbmPeakMs;
    this.#time.clockMhz = clockMhz;
    loadRowTime(this.#device, terms, this.#time, this.#rows);
    this.#batch = work.newTokens;
    this.#clockMhz = clockMhz;
  }

  #addAttention(work: IterationWork): void {
    const terms = this.#terms;
    terms.tensorPeakMs = this.#tensorMs;
    terms.hbmPeakMs = this.#hbmMs;
    loadAttention(this.#device, work, terms);
    addAttentionTime(terms, this.#rows, this.#time);
    loadBusyPower(this.#device, this.#time);
  }
}
