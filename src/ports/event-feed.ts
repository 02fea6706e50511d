import type { LoggedEvent } from '../domain/fleet-event.ts';

/** What a reader gets that comes back: what it has not seen, and how much of that nobody kept. */
export interface Resumed {
  readonly events: readonly LoggedEvent[];
  readonly missed: number;
}

/** Tells of events as they happen, and of the newest ones before. */
export interface EventFeed {
  /** Names this process's count of ids: an id of another one means nothing here. */
  readonly epoch: string;
  /** Events after an id, oldest first; 0 is before all. */
  after(id: number): Resumed;
  /** Called once per event, in order, from now on. The returned function ends it, and does nothing afterwards. */
  follow(reader: (event: LoggedEvent) => void): () => void;
}
