import type { EmulatedInstance } from '../../../emulation/types.ts';
import type { Time } from '../../../ports/time.ts';
import { HttpError } from './http.ts';
import { LeaseBook } from './lease.ts';
import type { Pump } from './pump.ts';

/** What the control port answers about the emulated GPU. `atMs` is on the instance's own clock. */
export interface GpuState {
  readonly appliedMhz: number;
  readonly lockedMhz: number | null;
  readonly throttled: boolean;
  readonly energyJ: number;
  readonly powerW: number;
  readonly supportedMhz: readonly number[];
  readonly atMs: number;
}

const nothing = (): void => undefined;

/** The GPU of one instance as its controllers see it: clock locks that stand under a lease. */
export class LeasedGpu {
  readonly #machine: EmulatedInstance;
  readonly #pump: Pump;
  readonly #time: Time;
  readonly #leases = new LeaseBook();
  #cancelExpiry = nothing;

  constructor(machine: EmulatedInstance, pump: Pump, time: Time) {
    this.#machine = machine;
    this.#pump = pump;
    this.#time = time;
  }

  state(): GpuState {
    return this.#pump.input((atMs) => ({ ...this.#machine.reading(atMs), supportedMhz: this.#machine.supportedMhz(), atMs }));
  }

  /** @throws HttpError 409 while another holder's lease lives */
  acquire(holder: string, ttlMs: number): number {
    this.#expire();
    const token = this.#leases.acquire(holder, ttlMs, this.#time.nowMs());
    if (token === null) throw new HttpError(409, 'another holder has the lease of these clocks');
    this.#watchExpiry();
    return token;
  }

  /** @throws HttpError 409 for a lease that is not in force */
  renew(token: number): void {
    if (!this.#leases.renew(token, this.#time.nowMs())) throw stale();
    this.#watchExpiry();
  }

  /** Resolves when the driver call is over. @throws HttpError 409 for a stale token, 400 for an unsupported clock */
  async lock(token: number, clockMhz: number): Promise<GpuState> {
    if (!this.#leases.holds(token, this.#time.nowMs())) throw stale();
    await this.#time.sleep(this.#set(clockMhz));
    return this.state();
  }

  /** Restores the default clock. A lease that is over already is left at that. */
  release(token: number): void {
    if (this.#leases.release(token, this.#time.nowMs())) this.#set(null);
    this.#watchExpiry();
  }

  stop(): void {
    this.#cancelExpiry();
  }

  #set(clockMhz: number | null): number {
    try {
      return this.#pump.input((nowMs) => this.#machine.lockClock(clockMhz, nowMs));
    } catch (error) {
      if (error instanceof RangeError) throw new HttpError(400, error.message);
      throw error;
    }
  }

  #watchExpiry(): void {
    this.#cancelExpiry();
    const atMs = this.#leases.expiresAtMs();
    this.#cancelExpiry = atMs === null ? nothing : this.#time.at(atMs, () => this.#expire());
  }

  #expire(): void {
    if (this.#leases.expire(this.#time.nowMs())) this.#set(null);
  }
}

const stale = (): HttpError => new HttpError(409, 'this lease is not in force: it expired or was taken over');
