import type { FleetControl } from '../control/fleet-control.ts';
import type { EngineRole } from '../domain/instance.ts';
import type { EmulatedEngine, EmulatedInstanceSpec } from '../emulation/types.ts';
import type { Audience } from './ears.ts';
import { GpuSet, halfOf } from './gpu-set.ts';
import { instancesIn } from './hostility.ts';
import { MachineQueue } from './machine-queue.ts';
import type { ServedRequest } from './served-request.ts';
import { TimeApart } from './time-apart.ts';
import type { SimulationListener, SimulationOptions, SimulationSummary } from './types.ts';

/** All engines of a simulated cluster by their numbers, which are their places in the cluster file. */
export class Engines {
  readonly specs: readonly EmulatedInstanceSpec<EngineRole>[];
  readonly #sets: readonly GpuSet[];
  readonly #engines: readonly EmulatedEngine<ServedRequest>[];
  readonly #numbers = new Map<string, number>();
  readonly #queue: MachineQueue;
  readonly #control: FleetControl;
  readonly #apart = { parked: new TimeApart(), released: new TimeApart(), flipping: new TimeApart(), flipped: new TimeApart() };

  constructor({ specs, hostility, seed = 0, flexible = false }: SimulationOptions, audience: Audience) {
    this.specs = specs;
    this.#control = audience.control;
    this.#sets = instancesIn(specs, hostility, seed).map((instance) => new GpuSet(instance, flexible, audience));
    this.#engines = this.#sets.map(({ engine }) => engine);
    specs.forEach(({ id }, number) => {
      for (const name of [id, halfOf(id, 'prefill'), halfOf(id, 'decode')]) this.#numbers.set(name, number);
    });
    this.#queue = new MachineQueue(specs.length);
  }

  numberOf(id: string): number {
    return this.#numbers.get(id)!;
  }

  /** The clock domain of the one with this number. */
  domainOf(number: number): string {
    return this.specs[number]!.id;
  }

  /** When something happens next inside any of them. */
  get nextMs(): number {
    return this.#queue.nextMs;
  }

  /** Plays what is due next, inside one engine. */
  playNext(nowMs: number): void {
    const number = this.#queue.next;
    this.#engines[number]!.advance(nowMs);
    this.#moved(number);
  }

  submit(number: number, request: ServedRequest, nowMs: number): void {
    this.#engines[number]!.submit(request, nowMs);
    this.#moved(number);
  }

  cancel(number: number, { id }: ServedRequest, nowMs: number): void {
    this.#engines[number]!.cancel(id, nowMs);
    this.#moved(number);
  }

  /** The decode side of a request asks its prefill side for the KV. */
  askForKv({ prefill, room }: ServedRequest, nowMs: number): void {
    this.#engines[prefill]!.peerArrived(room, nowMs);
    this.#moved(prefill);
  }

  /** The KV of a request is ready to be taken by its decode side. */
  offerKv({ decode, room }: ServedRequest, nowMs: number): void {
    this.#engines[decode]!.kvArrived(room, nowMs);
    this.#moved(decode);
  }

  /** @returns how long the driver's call takes, ms */
  lock(id: string, clockMhz: number, nowMs: number): number {
    const number = this.numberOf(id);
    const callMs = this.#engines[number]!.lockClock(clockMhz, nowMs);
    this.#moved(number);
    return callMs;
  }

  /** Ends an instance's process, or starts it again. */
  release(id: string, released: boolean, nowMs: number): void {
    const number = this.numberOf(id);
    this.#mark('released', id, released, nowMs);
    this.#engines[number]!.release(released, nowMs);
    this.#moved(number);
  }

  /** An instance is kept for later, or wanted again. */
  park(id: string, parked: boolean, nowMs: number): void {
    this.#mark('parked', id, parked, nowMs);
  }

  isReleased(id: string): boolean {
    return this.#apart.released.has(id);
  }

  empty(id: string): boolean {
    return this.#engines[this.numberOf(id)]!.empty();
  }

  /** An engine of another role begins to load on an instance's GPUs. @throws RangeError while a request is inside */
  become(id: string, role: EngineRole, nowMs: number): void {
    const number = this.numberOf(id);
    this.#sets[number]!.become(role, nowMs);
    this.#mark('flipping', id, true, nowMs);
    this.#mark('flipped', id, role !== this.specs[number]!.role, nowMs);
    this.#moved(number);
  }

  /** It serves. */
  loaded(id: string, nowMs: number): void {
    this.#mark('flipping', id, false, nowMs);
  }

  /** What instances were beside awake in their own role until `nowMs`, and what their meters counted meanwhile. */
  apart(nowMs: number): Pick<SimulationSummary, 'parked' | 'released' | 'flipping' | 'flipped'> {
    const energyJ = (id: string): number => this.#engines[this.numberOf(id)]!.reading(nowMs).energyJ;
    const { parked, released, flipping, flipped } = this.#apart;
    return {
      parked: parked.sum(energyJ, nowMs),
      released: released.sum(energyJ, nowMs),
      flipping: { ...flipping.sum(energyJ, nowMs), flips: flipping.times },
      flipped: flipped.sum(energyJ, nowMs),
    };
  }

  #mark(state: 'parked' | 'released' | 'flipping' | 'flipped', id: string, begins: boolean, nowMs: number): void {
    const { energyJ } = this.#engines[this.numberOf(id)]!.reading(nowMs);
    if (begins) this.#apart[state].begin(id, energyJ, nowMs);
    else this.#apart[state].end(id, energyJ, nowMs);
  }

  appliedMhz(id: string, nowMs: number): number {
    const number = this.numberOf(id);
    const { appliedMhz } = this.#engines[number]!.reading(nowMs);
    this.#moved(number);
    return appliedMhz;
  }

  sample(nowMs: number, listener: SimulationListener): void {
    this.#sets.forEach((set, number) => {
      const samples = set.samples(nowMs);
      this.#moved(number);
      for (const sample of samples) listener.sample(sample);
      const energyJ = samples.reduce((sum, sample) => sum + sample.energyJ, 0);
      this.#control.metered(set.id, { energyJ, atMs: nowMs }, nowMs);
    });
  }

  producedBy({ decode, id }: ServedRequest): number {
    return this.#engines[decode]?.produced(id) ?? 0;
  }

  iterations(): number {
    return this.#engines.reduce((sum, engine) => sum + engine.iterations(), 0);
  }

  cachedTokens(): number {
    return this.#engines.reduce((sum, engine) => sum + engine.cachedTokens(), 0);
  }

  #moved(number: number): void {
    this.#queue.move(number, this.#engines[number]!.nextEventMs());
  }
}
