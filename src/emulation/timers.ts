import { MinHeap } from './min-heap.ts';

/** Something that waits for one moment at a time. */
export interface Timed {
  /** Infinity while it waits for none. */
  timerMs: number;
  /** Of two that are due together the lower is served first. */
  readonly order: number;
}

/** Who is due next. Whoever moves or cancels a timer only changes its `timerMs`: what the heap still holds of it is skipped. */
export class Timers<T extends Timed> {
  readonly #heap = new MinHeap<T>();

  set(timed: T, atMs: number): void {
    timed.timerMs = atMs;
    this.#heap.push(atMs, timed);
  }

  /** Infinity when nobody waits. */
  nextMs(): number {
    const heap = this.#heap;
    while (heap.size > 0 && heap.top!.timerMs !== heap.topKey) heap.pop();
    return heap.topKey;
  }

  /** Takes out all that are due, in their own order; their timers are off from then on. */
  due(nowMs: number): readonly T[] {
    if (this.nextMs() > nowMs) return [];
    const due: T[] = [this.#take()];
    while (this.nextMs() <= nowMs) due.push(this.#take());
    return due.length > 1 ? due.sort((a, b) => a.order - b.order) : due;
  }

  #take(): T {
    const timed = this.#heap.pop()!;
    timed.timerMs = Infinity;
    return timed;
  }
}
