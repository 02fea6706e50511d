import type { ClockCommand } from '../control/clock-control.ts';
import type { FleetControl } from '../control/fleet-control.ts';
import type { RequestOutcome, WorkloadRequest } from '../domain/request.ts';
import { createEmulatedInstance } from '../emulation/instance.ts';
import type { EmulatedInstance, EmulatedInstanceSpec, EmulatedRequest, EngineEvent } from '../emulation/types.ts';
import type { MeterSample } from '../telemetry/meter-sample.ts';
import { RequestLog } from './request-log.ts';

export interface SimulationOptions {
  readonly specs: readonly EmulatedInstanceSpec[];
  readonly schedule: readonly WorkloadRequest[];
  readonly control: FleetControl;
  /** How often every governor is asked besides at each arrival. */
  readonly tickMs: number;
  readonly sampleMs: number;
  /** Simulated time after the last end, so that idle power shows. */
  readonly idleMs: number;
  /** Gives up on what still runs this long after the last arrival. */
  readonly drainMs: number;
}

export interface SimulationResult {
  readonly outcomes: readonly RequestOutcome[];
  readonly samples: readonly MeterSample[];
  readonly endMs: number;
}

interface Leg {
  readonly prefill: string;
  readonly decode: string;
}

/** A cluster on virtual time: the emulated engines and the control plane of the live system, without HTTP between them. */
class SimulatedCluster {
  readonly #options: SimulationOptions;
  readonly #machines: ReadonlyMap<string, EmulatedInstance>;
  readonly #log = new RequestLog();
  readonly #legs = new Map<number, Leg>();
  readonly #samples: MeterSample[] = [];
  /** Driver calls under way, by the time at which they answer. */
  #calls: { readonly atMs: number; readonly command: ClockCommand }[] = [];
  #open = 0;
  /** In the gateway's queue. */
  readonly #waiting = new Map<string, EmulatedRequest>();

  constructor(options: SimulationOptions) {
    this.#options = options;
    this.#machines = new Map(options.specs.map((spec) => [spec.id, createEmulatedInstance(spec, 0)]));
  }

  run(): SimulationResult {
    const { schedule, tickMs, sampleMs, idleMs, drainMs } = this.#options;
    const giveUpMs = (schedule.at(-1)?.arrivalMs ?? 0) + drainMs;
    let nowMs = 0;
    let next = 0;
    let tickAtMs = 0;
    let sampleAtMs = 0;
    let endMs = 0;
    while (nowMs < giveUpMs && (next < schedule.length || this.#open > 0 || nowMs < endMs + idleMs)) {
      const arrivalMs = schedule[next]?.arrivalMs ?? Infinity;
      nowMs = Math.min(arrivalMs, tickAtMs, sampleAtMs, this.#nextMachineMs(), this.#nextCallMs(), this.#options.control.wakeMs);
      this.#answerCalls(nowMs);
      this.#drainEvents(nowMs);
      if (this.#options.control.queued > 0) this.#dispatch(nowMs);
      if (nowMs >= arrivalMs) this.#arrive(schedule[next++]!, next, nowMs);
      if (nowMs >= tickAtMs) {
        this.#evaluateAll(nowMs);
        tickAtMs += tickMs;
      }
      if (nowMs >= sampleAtMs) {
        this.#sample(nowMs);
        sampleAtMs += sampleMs;
      }
      if (this.#open > 0 || next < schedule.length) endMs = nowMs;
    }
    this.#sample(nowMs);
    return { outcomes: this.#log.outcomes(), samples: this.#samples, endMs: nowMs };
  }

  #nextMachineMs(): number {
    let next = Infinity;
    for (const machine of this.#machines.values()) next = Math.min(next, machine.nextEventMs());
    return next;
  }

  #nextCallMs(): number {
    let next = Infinity;
    for (const { atMs } of this.#calls) next = Math.min(next, atMs);
    return next;
  }

  #arrive(request: WorkloadRequest, room: number, nowMs: number): void {
    const { control } = this.#options;
    this.#log.sent(request);
    this.#open++;
    const { id, promptTokens, maxTokens } = request;
    control.arrive({ id, arrivalMs: nowMs, promptTokens }, nowMs);
    this.#waiting.set(id, { id, room, promptTokens, maxTokens });
    this.#dispatch(nowMs);
  }

  #dispatch(nowMs: number): void {
    for (const { request, placement } of this.#options.control.dispatch(nowMs)) {
      const sent = this.#waiting.get(request.id)!;
      this.#waiting.delete(request.id);
      this.#legs.set(sent.room, placement);
      const instances = [placement.prefill, placement.decode];
      for (const domain of instances) this.#evaluate(domain, nowMs);
      for (const instance of instances) this.#machine(instance).submit(sent, nowMs);
    }
    this.#drainEvents(nowMs);
  }

  /** Inputs raise events in other machines at the same instant, so this goes on until all are quiet. */
  #drainEvents(nowMs: number): void {
    for (let busy = true; busy;) {
      busy = false;
      for (const [instance, machine] of this.#machines) {
        for (const event of machine.advance(nowMs)) {
          busy = true;
          this.#handle(instance, event);
        }
      }
    }
  }

  #handle(instance: string, event: EngineEvent): void {
    const { control } = this.#options;
    if (event.kind === 'kv-wanted') this.#machine(this.#legs.get(event.room)!.prefill).peerArrived(event.room, event.atMs);
    else if (event.kind === 'kv-ready') this.#machine(this.#legs.get(event.room)!.decode).kvArrived(event.room, event.atMs);
    else if (event.kind === 'token') {
      this.#log.token(event.id, event.atMs);
      control.tracker.tokens(event.id, 1, event.atMs);
    } else if (this.#roleOf(instance) === 'prefill') {
      if (event.kind === 'finished') control.tracker.prefillDone(event.id, event.atMs);
      else this.#end(event.id, 'failed', event.atMs, event.reason);
    } else
      this.#end(event.id, event.kind === 'finished' ? 'completed' : 'failed', event.atMs, event.kind === 'failed' ? event.reason : null);
  }

  #end(id: string, status: 'completed' | 'failed', atMs: number, error: string | null): void {
    this.#log.ended(id, status, atMs, error);
    if (this.#options.control.tracker.instancesOf(id).length === 0) return;
    this.#options.control.tracker.ended(id, status, atMs);
    this.#open--;
  }

  #evaluateAll(nowMs: number): void {
    for (const domain of this.#options.control.domainIds) this.#evaluate(domain, nowMs);
  }

  #evaluate(domain: string, nowMs: number): void {
    const command = this.#options.control.evaluate(domain, nowMs);
    if (!command) return;
    const callMs = this.#machine(domain).lockClock(command.clockMhz, nowMs);
    this.#calls.push({ atMs: nowMs + callMs, command });
  }

  #answerCalls(nowMs: number): void {
    for (const { atMs, command } of this.#calls) {
      if (atMs <= nowMs)
        this.#options.control.control(command.domain).applied(this.#machine(command.domain).reading(nowMs).appliedMhz, nowMs);
    }
    this.#calls = this.#calls.filter(({ atMs }) => atMs > nowMs);
  }

  #sample(nowMs: number): void {
    for (const { id, role } of this.#options.specs) {
      const { energyJ, powerW, appliedMhz } = this.#machine(id).reading(nowMs);
      this.#samples.push({ instance: id, role, atMs: nowMs, energyJ, powerW, appliedMhz });
    }
  }

  #roleOf(instance: string): string {
    return this.#options.specs.find(({ id }) => id === instance)!.role;
  }

  #machine(id: string): EmulatedInstance {
    return this.#machines.get(id)!;
  }
}

/** Serves a schedule on a simulated cluster. Deterministic: the same options give the same result. */
export const simulateCluster = (options: SimulationOptions): SimulationResult => new SimulatedCluster(options).run();
