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
  /** Their last steps, beside each other: to look for those that are done touches nobody else. */
  readonly #lastSteps: number[] = [];
  /** The first step at which one of them is done. */
  nextEnd = Infinity;

  get size(): number {
    return this.sequences.length;
  }

  /** Newcomers mostly are the youngest, so the search from behind is short. */
  add(sequence: Sequence<R>): void {
    const { sequences } = this;
    const lastSteps = this.#lastSteps;
    let at = sequences.length;
    sequences.push(sequence);
    lastSteps.push(sequence.lastStep);
    for (; at > 0 && sequences[at - 1]!.order > sequence.order; at--) {
      sequences[at] = sequences[at - 1]!;
      lastSteps[at] = lastSteps[at - 1]!;
    }
    sequences[at] = sequence;
    lastSteps[at] = sequence.lastStep;
    this.nextEnd = Math.min(this.nextEnd, sequence.lastStep);
  }

  remove(sequence: Sequence<R>): void {
    const at = this.sequences.indexOf(sequence);
    this.sequences.splice(at, 1);
    this.#lastSteps.splice(at, 1);
    this.#left(sequence);
  }

  takeYoungest(): Sequence<R> | undefined {
    const youngest = this.sequences.pop();
    this.#lastSteps.pop();
    if (youngest) this.#left(youngest);
    return youngest;
  }

  /** Drops those that are done after `step` steps, and gives them back in order. */
  takeDone(step: number): readonly Sequence<R>[] {
    const { sequences } = this;
    const lastSteps = this.#lastSteps;
    const done: Sequence<R>[] = [];
    let kept = 0;
    let nextEnd = Infinity;
    for (let at = 0; at < lastSteps.length; at++) {
      const lastStep = lastSteps[at]!;
      if (lastStep <= step) {
        done.push(sequences[at]!);
        continue;
      }
      if (kept < at) {
        sequences[kept] = sequences[at]!;
        lastSteps[kept] = lastStep;
      }
      kept++;
      if (lastStep < nextEnd) nextEnd = lastStep;
    }
    for (let dropped = sequences.length - kept; dropped > 0; dropped--) {
      sequences.pop();
      lastSteps.pop();
    }
    this.nextEnd = nextEnd;
    return done;
  }

  #left({ lastStep }: Sequence<R>): void {
    if (lastStep > this.nextEnd) return;
    this.nextEnd = this.#lastSteps.reduce((first, other) => Math.min(first, other), Infinity);
  }
}
