import type { ClockDomainId } from '../domain/instance.ts';
import type { EnergyReading } from '../domain/clock.ts';

export interface MeterSampling {
  readonly refreshMs: number;
  /** Over a shorter window the slope of the energy counter is not to be trusted. */
  readonly leastWindowMs: number;
}

/** Counts the energy of clock domains. Reading changes nothing, so anyone may read at any time. */
export interface PowerMeter {
  /** How the device renews what is read; left out where a reading is of the moment. */
  readonly sampling?: MeterSampling;
  /**
   * Energy never falls from one reading to the next, and its mean slope is the power read. `atMs` lies between question
   * and answer on the reader's clock, so that the slope of two readings is a power whatever the way between them costs.
   * @throws VoltanaError UNKNOWN_ID for a domain that is none; an external error when the device does not answer
   */
  read(domain: ClockDomainId): Promise<EnergyReading>;
}
