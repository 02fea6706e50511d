/** How much longer than modelled an iteration that starts at `nowMs` takes, as a factor: what a real device adds. */
export type Disturbance = (nowMs: number) => number;

/** What an instance meets that no card tells; each part is asked where it happens, and is nothing where it is left out. */
export interface Adversity {
  readonly slowdown?: Disturbance;
  /** Milliseconds that the host adds to the iteration that starts now; the GPU waits meanwhile. */
  readonly hostMs?: () => number;
  /** From the end of a clock call until the clock holds, in place of the card's range. */
  readonly settleMs?: () => number;
  /** How many times as long as modelled a room's KV transfer takes. */
  readonly transferFactor?: (room: number) => number;
  /** Whether a lock comes out one step of the table lower than asked. */
  readonly locksLower?: () => boolean;
}
