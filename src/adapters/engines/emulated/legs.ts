import type { BootstrapAddress } from './completion-request.ts';
import type { Reply } from './reply.ts';

/** One request inside this instance: one half of a disaggregated request. */
export interface ActiveLeg {
  readonly id: string;
  readonly room: number;
  readonly bootstrap: BootstrapAddress | null;
  readonly reply: Reply;
}

/** The requests inside this instance, by id and by room. */
export class Legs {
  readonly #byId = new Map<string, ActiveLeg>();
  readonly #rooms = new Set<number>();

  add(leg: ActiveLeg): void {
    this.#byId.set(leg.id, leg);
    if (leg.room !== 0) this.#rooms.add(leg.room);
  }

  get(id: string): ActiveLeg | undefined {
    return this.#byId.get(id);
  }

  hasRoom(room: number): boolean {
    return this.#rooms.has(room);
  }

  /** Removes and returns the leg; undefined when it has gone already. */
  take(id: string): ActiveLeg | undefined {
    const leg = this.#byId.get(id);
    if (leg === undefined) return undefined;
    this.#byId.delete(id);
    this.#rooms.delete(leg.room);
    return leg;
  }
}
