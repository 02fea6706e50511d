import type { ClockCommand } from '../control/clock-control.ts';
import type { FleetControl } from '../control/fleet-control.ts';
import { Arrivals } from './arrivals.ts';
import { ClockCalls } from './clock-calls.ts';
import { Engines } from './engines.ts';
import { Resizing } from './resizing.ts';
import { refusalOf, ServedRequest } from './served-request.ts';
import type { SimulationListener, SimulationOptions, SimulationSummary } from './types.ts';
import { Wires, type Ending } from './wires.ts';

/** Yields the simulated time, ms since the start. */
export type SimulationSlices = Generator<number, SimulationSummary, undefined>;

/** Some milliseconds of work. */
const STEPS_PER_SLICE = 1000;

/** A cluster on virtual time: the emulated engines and the control plane of the live system, without HTTP between them. */
class SimulatedCluster {
  readonly #options: SimulationOptions;
  readonly #control: FleetControl;
  readonly #listener: SimulationListener;
  readonly #wires = new Wires();
  readonly #engines: Engines;
  readonly #calls: ClockCalls;
  readonly #arrivals: Arrivals;
  readonly #resizing: Resizing;
  /** Those that have arrived and not ended. */
  readonly #open = new Map<string, ServedRequest>();
  #rooms = 0;
  /** When the last request ended, or arrived. */
  #busyUntilMs = 0;
  #tickAtMs = 0;
  #sampleAtMs = 0;

  constructor(options: SimulationOptions, listener: SimulationListener) {
    this.#options = options;
    this.#control = options.control;
    this.#listener = listener;
    this.#engines = new Engines(options, { wires: this.#wires, control: options.control, clients: listener });
    this.#calls = new ClockCalls(
      {
        start: ({ domain, clockMhz }, nowMs) => this.#engines.lock(domain, clockMhz, nowMs),
        answer: (command, nowMs) => this.#answer(command, nowMs),
      },
      options.hostility?.serialisedCalls ?? false,
    );
    this.#arrivals = new Arrivals(options.schedule);
    this.#resizing = new Resizing(options.control, this.#engines);
  }

  *run(): SimulationSlices {
    for (let steps = 1; this.#step(); steps++) if (steps % STEPS_PER_SLICE === 0) yield this.#decideMs();
    const endMs = this.#stopMs();
    this.#finish(endMs);
    const engines = this.#engines;
    return { endMs, iterations: engines.iterations(), cachedTokens: engines.cachedTokens(), ...engines.apart(endMs) };
  }

  /** Engines until somebody has to act, or whoever has to act. @returns false when nothing is left before the end */
  #step(): boolean {
    const stopMs = this.#stopMs();
    const decideMs = Math.min(this.#decideMs(), stopMs);
    if (this.#engines.nextMs <= decideMs) this.#playEngines(decideMs);
    else if (decideMs < stopMs) this.#decide(decideMs);
    else return false;
    return true;
  }

  /** When somebody beside the engines has to act, unless word from them comes before. */
  #decideMs(): number {
    const actsMs = Math.min(this.#calls.nextMs, this.#control.wakeMs, this.#resizing.nextMs);
    return Math.min(this.#arrivals.nextMs, this.#tickAtMs, this.#sampleAtMs, actsMs);
  }

  /** Given up, or idle for long enough after everything has ended. */
  #stopMs(): number {
    if (this.#arrivals.nextMs < Infinity) return Infinity;
    const giveUpMs = this.#arrivals.lastMs + this.#options.drainMs;
    return this.#open.size > 0 ? giveUpMs : Math.min(giveUpMs, this.#busyUntilMs + this.#options.idleMs);
  }

  /** Engines go on by themselves until somebody has to act, or something ended that others may have waited for. */
  #playEngines(untilMs: number): void {
    const engines = this.#engines;
    for (let nowMs = engines.nextMs; nowMs <= untilMs; nowMs = engines.nextMs) {
      this.#playInstant(nowMs);
      if (!this.#wires.news) continue;
      this.#wires.news = false;
      if (this.#control.queued > 0) this.#dispatch(nowMs);
      return;
    }
  }

  /** Everything that engines do at one time, so that decisions are taken in the light of all of it. */
  #playInstant(nowMs: number): void {
    const engines = this.#engines;
    const wires = this.#wires;
    do {
      engines.playNext(nowMs);
      if (!wires.quiet) this.#carry(nowMs);
    } while (engines.nextMs <= nowMs);
  }

  /** What is due for those who are no engines, when these have done all of theirs. */
  #decide(nowMs: number): void {
    if (this.#calls.nextMs <= nowMs) this.#calls.answer(nowMs);
    if (this.#resizing.nextMs <= nowMs) {
      this.#resizing.serve(nowMs);
      this.#dispatch(nowMs);
    } else if (this.#control.wakeMs <= nowMs) this.#dispatch(nowMs);
    while (this.#arrivals.nextMs <= nowMs) this.#arrive(nowMs);
    if (this.#tickAtMs <= nowMs) this.#tick(nowMs);
    if (this.#sampleAtMs <= nowMs) {
      this.#engines.sample(nowMs, this.#listener);
      this.#sampleAtMs += this.#options.sampleMs;
    }
  }

  /** Word from one engine makes others speak, so this goes on until all are quiet. */
  #carry(nowMs: number): void {
    const wires = this.#wires;
    while (!wires.quiet) {
      const { wanted, ready, ended } = wires.take();
      for (const request of wanted) this.#engines.askForKv(request, nowMs);
      for (const request of ready) this.#engines.offerKv(request, nowMs);
      for (const ending of ended) this.#end(ending);
    }
  }

  #arrive(nowMs: number): void {
    const request = new ServedRequest(this.#arrivals.take(), ++this.#rooms);
    this.#busyUntilMs = nowMs;
    const refusal = refusalOf(request.asked);
    if (refusal !== null) {
      this.#listener.ended(request.outcome('failed', nowMs, 0, refusal));
      return;
    }
    this.#control.arrive(request.forPolicies(), nowMs);
    this.#open.set(request.id, request);
    this.#dispatch(nowMs);
  }

  #dispatch(nowMs: number): void {
    for (const { request, placement } of this.#control.dispatch(nowMs)) {
      const served = this.#open.get(request.id)!;
      served.prefill = this.#engines.numberOf(placement.prefill);
      served.decode = this.#engines.numberOf(placement.decode);
      const [prefill, decode] = [this.#engines.domainOf(served.prefill), this.#engines.domainOf(served.decode)];
      this.#evaluate(prefill, nowMs);
      if (served.prefill === served.decode) {
        served.stays();
        this.#engines.submit(served.decode, served, nowMs);
        continue;
      }
      this.#evaluate(decode, nowMs);
      this.#engines.submit(served.prefill, served, nowMs);
      this.#engines.submit(served.decode, served, nowMs);
    }
    this.#carry(nowMs);
  }

  /** Of either leg: the other one has nothing to live for. */
  #end({ request, error, atMs }: Ending): void {
    if (!this.#open.delete(request.id)) return;
    const status = error === null ? 'completed' : 'failed';
    if (error !== null) {
      this.#engines.cancel(request.prefill, request, atMs);
      this.#engines.cancel(request.decode, request, atMs);
    }
    this.#control.tracker.ended(request.id, status, atMs);
    this.#listener.ended(request.outcome(status, atMs, error === null ? request.maxTokens : 0, error));
    this.#busyUntilMs = atMs;
    this.#wires.news = true;
  }

  #tick(nowMs: number): void {
    if (this.#resizing.order(nowMs)) this.#dispatch(nowMs);
    for (const { id } of this.#engines.specs) this.#evaluate(id, nowMs);
    this.#tickAtMs += this.#options.tickMs;
  }

  #evaluate(domain: string, nowMs: number): void {
    const command = this.#control.evaluate(domain, nowMs);
    if (command) this.#calls.ask(command, nowMs);
  }

  #answer({ domain }: ClockCommand, nowMs: number): void {
    this.#control.control(domain).applied(this.#engines.appliedMhz(domain, nowMs), nowMs);
  }

  #finish(endMs: number): void {
    for (const request of this.#open.values())
      this.#listener.ended(request.outcome('unfinished', null, request.placed ? this.#engines.producedBy(request) : 0));
    this.#engines.sample(endMs, this.#listener);
  }
}

/**
 * Serves a schedule on a simulated cluster, some milliseconds of work at a time, so that whoever drives it can look up in
 * between. Deterministic: the same options give the same result.
 * @throws RangeError when the schedule does not ascend, or an id comes again before its request has ended
 */
export const simulateInSlices = (options: SimulationOptions, listener: SimulationListener): SimulationSlices =>
  new SimulatedCluster(options, listener).run();

/** The same in one go. */
export function simulateCluster(options: SimulationOptions, listener: SimulationListener): SimulationSummary {
  const slices = simulateInSlices(options, listener);
  for (;;) {
    const { done, value } = slices.next();
    if (done) return value;
  }
}
