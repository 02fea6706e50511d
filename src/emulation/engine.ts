import type { GpuCard } from '../domain/cards.ts';
import type { EngineRole } from '../domain/instance.ts';
import { idlePowerW } from '../prediction/analytic/clock-effects.ts';
import type { Device } from '../prediction/analytic/device.ts';
import { createRandom } from '../statistics/random.ts';
import type { Adversity } from './adversity.ts';
import { AggregatedScheduler } from './aggregated-scheduler.ts';
import { DecodeScheduler } from './decode-scheduler.ts';
import { clockTable, emulatedDevice } from './device.ts';
import { EmulatedGpu } from './gpu.ts';
import { RunningIteration } from './iteration.ts';
import { PrefillScheduler } from './prefill-scheduler.ts';
import type { Scheduler } from './scheduler.ts';
import type { DeviceReading, EmulatedEngine, EmulatedInstanceSpec, EmulatedRequest, EngineListener, InstanceLoad } from './types.ts';

/** As little as any clock where the card does not tell. */
const bareIdleW = ({ power }: GpuCard): number => power.bareIdleW ?? Math.min(...power.idleW.map(([, watts]) => watts));

const SCHEDULERS = { prefill: PrefillScheduler, decode: DecodeScheduler, aggregated: AggregatedScheduler } as const;

/** One engine of one role on its modelled GPUs. */
class Engine<R extends EmulatedRequest> implements EmulatedEngine<R> {
  readonly #device: Device;
  readonly #gpu: EmulatedGpu;
  #scheduler: Scheduler<R>;
  readonly #clocksMhz: readonly number[];
  readonly #adversity: Adversity;
  readonly #iteration: RunningIteration;
  /** When something happens next; kept, because it is asked for more often than it changes. */
  #nextMs = Infinity;
  /** Of all GPUs, at the clock that holds. */
  #idleW: number;
  #iterations = 0;
  /** Of the schedulers before. */
  #cachedBefore = 0;
  #released = false;

  constructor(spec: EmulatedInstanceSpec<EngineRole>, startMs: number, listener: EngineListener<R>, adversity: Adversity) {
    this.#device = emulatedDevice(spec);
    this.#adversity = adversity;
    this.#iteration = new RunningIteration(this.#device);
    this.#idleW = this.#idleWAt(spec.gpu.clock.maxMhz);
    this.#gpu = new EmulatedGpu(this.#device, createRandom(spec.seed).fork('settling'), this.#idleW, startMs, adversity);
    this.#scheduler = new SCHEDULERS[spec.role](this.#device, listener, adversity);
    this.#clocksMhz = clockTable(spec.gpu);
  }

  submit(request: R, nowMs: number): void {
    this.#runUntil(nowMs);
    this.#scheduler.submit(request, nowMs);
    this.#goOn(nowMs);
  }

  cancel(id: string, nowMs: number): void {
    this.#runUntil(nowMs);
    this.#scheduler.cancel(id);
    this.#goOn(nowMs);
  }

  peerArrived(room: number, nowMs: number): void {
    this.#runUntil(nowMs);
    this.#scheduler.peerArrived(room, nowMs);
    this.#goOn(nowMs);
  }

  peerGone(room: number, nowMs: number): void {
    this.#runUntil(nowMs);
    this.#scheduler.peerGone(room, nowMs);
    this.#goOn(nowMs);
  }

  kvArrived(room: number, nowMs: number): void {
    this.#runUntil(nowMs);
    this.#scheduler.kvArrived(room, nowMs);
    this.#goOn(nowMs);
  }

  kvFailed(room: number, reason: string, nowMs: number): void {
    this.#runUntil(nowMs);
    this.#scheduler.kvFailed(room, reason, nowMs);
    this.#goOn(nowMs);
  }

  lockClock(clockMhz: number | null, nowMs: number): number {
    if (clockMhz !== null && !this.#clocksMhz.includes(clockMhz)) {
      throw new RangeError(`${clockMhz} MHz is not a supported clock (${this.#clocksMhz[0]}..${this.#clocksMhz.at(-1)} MHz)`);
    }
    this.#runUntil(nowMs);
    const callMs = this.#gpu.lock(clockMhz, nowMs);
    this.#goOn(nowMs);
    return callMs;
  }

  release(released: boolean, nowMs: number): void {
    this.#runUntil(nowMs);
    this.#released = released;
    this.#clockChanged(nowMs);
  }

  become(role: EngineRole, listener: EngineListener<R>, nowMs: number): void {
    this.#runUntil(nowMs);
    if (!this.empty()) throw new RangeError('an engine that has requests cannot make way for another one');
    this.#cachedBefore += this.#scheduler.cachedTokens;
    this.#scheduler = new SCHEDULERS[role](this.#device, listener, this.#adversity);
    this.#goOn(nowMs);
  }

  empty(): boolean {
    const { running, waiting, kvTokens } = this.#scheduler.load();
    // KV that is being handed over belongs to nobody who runs or waits.
    return running + waiting + kvTokens === 0 && !this.#iteration.running;
  }

  supportedMhz(): readonly number[] {
    return this.#clocksMhz;
  }

  reading(nowMs: number): DeviceReading {
    this.#runUntil(nowMs);
    const gain = this.#device.personality.sensorGain;
    return {
      appliedMhz: this.#appliedMhz(),
      lockedMhz: this.#gpu.lockedMhz,
      throttled: this.#iteration.running && this.#iteration.capped,
      energyJ: this.#gpu.energyJ(nowMs) * gain,
      powerW: this.#gpu.powerW(nowMs) * gain,
    };
  }

  load(): InstanceLoad {
    return this.#scheduler.load();
  }

  produced(id: string): number {
    return this.#scheduler.produced(id);
  }

  cachedTokens(): number {
    return this.#cachedBefore + this.#scheduler.cachedTokens;
  }

  iterations(): number {
    return this.#iterations;
  }

  nextEventMs(): number {
    return this.#nextMs;
  }

  advance(nowMs: number): void {
    this.#runUntil(nowMs);
  }

  /** Before an input at its own time, everything due by then happens. */
  #runUntil(nowMs: number): void {
    while (this.#nextMs <= nowMs) {
      const nextMs = this.#nextMs;
      if (this.#gpu.settlesAtMs <= nextMs) this.#settle(nextMs);
      else if (this.#iteration.endMs <= nextMs) this.#endIteration(nextMs);
      else this.#scheduler.fireTimers(nextMs);
      this.#goOn(nextMs);
    }
  }

  /** After anything that may give it work, or change what comes next. */
  #goOn(nowMs: number): void {
    this.#startIfIdle(nowMs);
    this.#nextMs = Math.min(this.#iteration.endMs, this.#gpu.settlesAtMs, this.#scheduler.nextTimerMs());
  }

  #settle(nowMs: number): void {
    this.#gpu.settle();
    this.#iteration.changeClock(this.#gpu.clockMhz, nowMs);
    this.#clockChanged(nowMs);
  }

  #endIteration(nowMs: number): void {
    this.#iteration.stop();
    this.#scheduler.end(nowMs);
    this.#startIfIdle(nowMs);
    if (!this.#iteration.running) this.#setPower(nowMs);
  }

  #startIfIdle(nowMs: number): void {
    if (this.#iteration.running) return;
    const work = this.#scheduler.begin(nowMs);
    if (!work) return;
    this.#iterations++;
    const { slowdown, hostMs } = this.#adversity;
    this.#iteration.start(work, this.#gpu.clockMhz, nowMs, slowdown?.(nowMs), hostMs?.());
    this.#setPower(nowMs);
  }

  #clockChanged(nowMs: number): void {
    this.#idleW = this.#idleWAt(this.#gpu.clockMhz);
    this.#setPower(nowMs);
  }

  /** Without a process there is no context, and no clock to speak of. */
  #idleWAt(clockMhz: number): number {
    const { gpu, tp } = this.#device;
    return tp * (this.#released ? bareIdleW(gpu) : idlePowerW(this.#device, clockMhz));
  }

  #setPower(nowMs: number): void {
    const { running } = this.#iteration;
    this.#gpu.setPower(running ? this.#iteration.powerW(this.#idleW) : this.#idleW, !running, nowMs);
  }

  /** What the device reports: a whole step of its table, below the lock while the power limit holds it down. */
  #appliedMhz(): number {
    const { minMhz, stepMhz } = this.#device.gpu.clock;
    const trueMhz = this.#iteration.running ? this.#iteration.appliedClockMhz : this.#gpu.clockMhz;
    return minMhz + Math.floor((trueMhz - minMhz) / stepMhz + 1e-6) * stepMhz;
  }
}

/**
 * @param startMs the Time value at which the device exists; energy counts from here
 * @param listener told of everything at its modelled time, from inside the call that reaches that time
 */
export const createEmulatedEngine = <R extends EmulatedRequest>(
  spec: EmulatedInstanceSpec<EngineRole>,
  startMs: number,
  listener: EngineListener<R>,
  adversity: Adversity = {},
): EmulatedEngine<R> => new Engine(spec, startMs, listener, adversity);
