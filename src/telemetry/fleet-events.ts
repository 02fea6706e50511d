import { EVENT_KINDS, type FleetEvent, type LoggedEvent } from '../domain/fleet-event.ts';
import type { EventFeed, Resumed } from '../ports/event-feed.ts';

const KEPT = 1000;

/** The newest events of a fleet, and whoever follows them. */
export class FleetEvents implements EventFeed {
  readonly epoch: string;
  readonly #kept: number;
  readonly #ring: LoggedEvent[] = [];
  readonly #readers = new Set<(event: LoggedEvent) => void>();
  readonly #counts = new Map<string, number>(EVENT_KINDS.map((kind) => [kind, 0]));
  #lastId = 0;

  /** @param epoch differs from that of every other process that answers at the same address */
  constructor(epoch: string, kept = KEPT) {
    this.epoch = epoch;
    this.#kept = kept;
  }

  add(event: FleetEvent, atMs: number): void {
    const logged = { id: ++this.#lastId, atMs, event };
    this.#ring.push(logged);
    if (this.#ring.length > this.#kept) this.#ring.shift();
    this.#counts.set(event.kind, this.#counts.get(event.kind)! + 1);
    for (const reader of [...this.#readers]) if (this.#readers.has(reader)) reader(logged);
  }

  /** Since the start, by kind. */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  after(id: number): Resumed {
    const firstId = this.#lastId - this.#ring.length + 1;
    const from = Math.max(0, id + 1 - firstId);
    return { events: this.#ring.slice(from), missed: Math.max(0, firstId - 1 - Math.max(0, id)) };
  }

  follow(reader: (event: LoggedEvent) => void): () => void {
    const own = (event: LoggedEvent): void => reader(event);
    this.#readers.add(own);
    return () => void this.#readers.delete(own);
  }
}
