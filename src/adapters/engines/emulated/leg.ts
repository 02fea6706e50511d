import type { EmulatedInstance, EmulatedRequest } from '../../../emulation/types.ts';
import type { Pump } from './pump.ts';

/** Where the events of one request inside an engine go. */
export interface LegEvents {
  kvWanted(): void;
  kvReady(): void;
  token(): void;
  finished(): void;
  failed(reason: string): void;
  /** Somebody cancelled it. */
  cancelled(reason: string): void;
}

export type LegWork = Pick<EmulatedRequest, 'promptTokens' | 'maxTokens' | 'phase' | 'holds'>;

/** The requests inside one engine. */
export class LegBook {
  readonly #legs = new Map<string, Leg>();
  readonly machine: EmulatedInstance;
  #pump: Pump | null = null;
  #count = 0;

  constructor(machine: EmulatedInstance) {
    this.machine = machine;
  }

  /** The pump tells its events here, so it comes second. */
  runOn(pump: Pump): void {
    this.#pump = pump;
  }

  input(act: (nowMs: number) => void): void {
    this.#pump!.input(act);
  }

  /** @param paired false: it meets nobody */
  create(paired: boolean, events: LegEvents): Leg {
    this.#count++;
    return new Leg(this, `leg-${this.#count}`, paired ? this.#count : 0, events);
  }

  get(id: string): Leg | undefined {
    return this.#legs.get(id);
  }

  all(): readonly Leg[] {
    return [...this.#legs.values()];
  }

  add(leg: Leg): void {
    this.#legs.set(leg.id, leg);
  }

  /** @returns whether it was inside */
  remove(leg: Leg): boolean {
    return this.#legs.delete(leg.id);
  }
}

/** One request inside one engine: one half of a disaggregated request, or all of one. */
export class Leg {
  readonly id: string;
  readonly events: LegEvents;
  readonly #book: LegBook;
  /** The machine's name for its meeting; peers know it by keys of their protocol. */
  readonly #room: number;

  constructor(book: LegBook, id: string, room: number, events: LegEvents) {
    this.#book = book;
    this.id = id;
    this.#room = room;
    this.events = events;
  }

  get inside(): boolean {
    return this.#book.get(this.id) === this;
  }

  /** Its events come from now on, the first ones from inside this call. */
  submit(work: LegWork): void {
    this.#book.add(this);
    this.#book.input((nowMs) => this.#book.machine.submit({ id: this.id, room: this.#room, ...work }, nowMs));
  }

  /** It disappears from the engine. Nothing when it has ended. */
  cancel(reason: string): void {
    if (!this.#book.remove(this)) return;
    this.#book.input((nowMs) => this.#book.machine.cancel(this.id, nowMs));
    this.events.cancelled(reason);
  }

  peerCame(): void {
    this.#book.input((nowMs) => this.#book.machine.peerArrived(this.#room, nowMs));
  }

  peerGone(): void {
    this.#book.input((nowMs) => this.#book.machine.peerGone(this.#room, nowMs));
  }

  kvArrived(): void {
    this.#book.input((nowMs) => this.#book.machine.kvArrived(this.#room, nowMs));
  }

  kvFailed(reason: string): void {
    this.#book.input((nowMs) => this.#book.machine.kvFailed(this.#room, reason, nowMs));
  }
}
