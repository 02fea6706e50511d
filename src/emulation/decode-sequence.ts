import type { EmulatedRequest } from './types.ts';

type State = 'waiting-room' | 'waiting-kv' | 'transferring' | 'arrived' | 'running' | 'gone';

/**
 * A request on a decode instance. While it runs, what it holds and has produced follows from how many iterations the instance has
 * begun and ended: nothing of it changes with a token.
 */
export interface Sequence<R extends EmulatedRequest> {
  readonly request: R;
  /** Of arrival. */
  readonly order: number;
  state: State;
  /** The KV must have come, or has been transferred, by then. */
  timerMs: number;
  /** KV tokens held, and tokens produced, before it runs. */
  heldBefore: number;
  producedBefore: number;
  /** The instance's iterations that had ended when it began to run, and those after which it is done. */
  firstStep: number;
  lastStep: number;
  lastTokenMs: number;
}

/** The sequences that run, in order of arrival. */
export class RunningBatch<R extends EmulatedRequest> {
  /** Look, but do not touch. */
  readonly sequences: Sequence<R>[] = [];
  /** The first step at which one of them is done. */
  nextEnd = Infinity;

  get size(): number {
    return this.sequences.length;
  }

  /** Newcomers mostly are the youngest, so the search from behind is short. */
  add(sequence: Sequence<R>): void {
    const { sequences } = this;
    let at = sequences.length;
    sequences.push(sequence);
    while (at > 0 && sequences[at - 1]!.order > sequence.order) {
      sequences[at] = sequences[at - 1]!;
      at--;
    }
    sequences[at] = sequence;
    this.nextEnd = Math.min(this.nextEnd, sequence.lastStep);
  }

  remove(sequence: Sequence<R>): void {
    this.sequences.splice(this.sequences.indexOf(sequence), 1);
    this.#left(sequence);
  }

  takeYoungest(): Sequence<R> | undefined {
    const youngest = this.sequences.pop();
    if (youngest) this.#left(youngest);
    return youngest;
  }

  /** Drops those that are done after `step` steps, and gives them back in order. */
  takeDone(step: number): readonly Sequence<R>[] {
    const { sequences } = this;
    const done: Sequence<R>[] = [];
    let kept = 0;
    let nextEnd = Infinity;
    for (let at = 0; at < sequences.length; at++) {
      const sequence = sequences[at]!;
      if (sequence.lastStep <= step) {
        done.push(sequence);
        continue;
      }
      sequences[kept++] = sequence;
      if (sequence.lastStep < nextEnd) nextEnd = sequence.lastStep;
    }
    while (sequences.length > kept) sequences.pop();
    this.nextEnd = nextEnd;
    return done;
  }

  #left({ lastStep }: Sequence<R>): void {
    if (lastStep > this.nextEnd) return;
    this.nextEnd = this.sequences.reduce((first, other) => Math.min(first, other.lastStep), Infinity);
  }
}
