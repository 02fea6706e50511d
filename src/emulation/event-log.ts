import type { EmulatedRequest, EngineEvent, EngineListener } from './types.ts';

/** Collects what an engine tells, every token by itself, between two `take`s. */
export class EventLog implements EngineListener {
  #events: EngineEvent[] = [];

  kvWanted({ id, room }: EmulatedRequest, atMs: number): void {
    this.#events.push({ kind: 'kv-wanted', id, room, atMs });
  }

  kvReady({ id, room, promptTokens }: EmulatedRequest, atMs: number): void {
    this.#events.push({ kind: 'kv-ready', id, room, promptTokens, atMs });
  }

  token({ id }: EmulatedRequest, index: number, atMs: number): void {
    this.#events.push({ kind: 'token', id, index, atMs });
  }

  finished({ id }: EmulatedRequest, atMs: number): void {
    this.#events.push({ kind: 'finished', id, atMs });
  }

  failed({ id }: EmulatedRequest, reason: string, atMs: number): void {
    this.#events.push({ kind: 'failed', id, reason, atMs });
  }

  firstToken(): void {}
  stepped(): void {}
  gaps(): void {}

  take(): EngineEvent[] {
    if (this.#events.length === 0) return [];
    const taken = this.#events;
    this.#events = [];
    return taken;
  }
}
