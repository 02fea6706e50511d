import { createEmulatedEngine } from '../emulation/engine.ts';
import type { EmulatedEngine, EmulatedInstanceSpec } from '../emulation/types.ts';
import { DecodeEars, PrefillEars, type Audience } from './ears.ts';
import { instancesIn } from './hostility.ts';
import { MachineQueue } from './machine-queue.ts';
import type { ServedRequest } from './served-request.ts';
import type { SimulationListener, SimulationOptions } from './types.ts';

/** When an instance was released, and what its meter showed. */
interface Rest {
  readonly energyJ: number;
  readonly atMs: number;
}

/** All engines of a simulated cluster by their numbers, which are their places in the cluster file. */
export class Engines {
  readonly specs: readonly EmulatedInstanceSpec[];
  readonly #engines: readonly EmulatedEngine<ServedRequest>[];
  readonly #numbers: ReadonlyMap<string, number>;
  readonly #queue: MachineQueue;
  readonly #releasedAt = new Map<string, Rest>();
  readonly #released = { instanceS: 0, energyJ: 0 };

  constructor({ specs, hostility, seed = 0 }: SimulationOptions, audience: Audience) {
    this.specs = specs;
    this.#engines = instancesIn(specs, hostility, seed).map(({ spec, adversity, chances }) => {
      const ears = spec.role === 'prefill' ? new PrefillEars(audience, chances) : new DecodeEars(spec.id, audience, chances);
      return createEmulatedEngine(spec, 0, ears, adversity);
    });
    this.#numbers = new Map(specs.map(({ id }, number) => [id, number]));
    this.#queue = new MachineQueue(specs.length);
  }

  numberOf(id: string): number {
    return this.#numbers.get(id)!;
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
    const engine = this.#engines[number]!;
    const { energyJ } = engine.reading(nowMs);
    const rest = this.#releasedAt.get(id);
    if (released) this.#releasedAt.set(id, { energyJ, atMs: nowMs });
    else if (rest && this.#releasedAt.delete(id)) this.#addReleased(rest, energyJ, nowMs);
    engine.release(released, nowMs);
    this.#moved(number);
  }

  /** What all released instances were and drew until `nowMs`: theirs was nobody's power. */
  released(nowMs: number): { readonly instanceS: number; readonly energyJ: number } {
    for (const [id, rest] of this.#releasedAt) this.#addReleased(rest, this.#engines[this.numberOf(id)]!.reading(nowMs).energyJ, nowMs);
    this.#releasedAt.clear();
    return { ...this.#released };
  }

  #addReleased(rest: Rest, energyJ: number, nowMs: number): void {
    this.#released.instanceS += (nowMs - rest.atMs) / 1000;
    this.#released.energyJ += energyJ - rest.energyJ;
  }

  appliedMhz(id: string, nowMs: number): number {
    const number = this.numberOf(id);
    const { appliedMhz } = this.#engines[number]!.reading(nowMs);
    this.#moved(number);
    return appliedMhz;
  }

  sample(nowMs: number, listener: SimulationListener): void {
    this.specs.forEach(({ id, role }, number) => {
      const { energyJ, powerW, appliedMhz } = this.#engines[number]!.reading(nowMs);
      this.#moved(number);
      listener.sample({ instance: id, role, atMs: nowMs, energyJ, powerW, appliedMhz });
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
