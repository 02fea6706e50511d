import type { ScreenState } from '../domain/screen.ts';

/** A live picture of what goes on. It may die at any moment without harm to what it shows: no call throws. */
export interface Screen {
  /** Shows the newest state; one that comes while the last is still on its way may be dropped. Never waits, and does nothing once it has ended. */
  show(state: ScreenState): void;
  /** Resolves with the reason when it ends by itself; the terminal is in order again then. Never after `close`. */
  readonly failed: Promise<Error>;
  /**
   * Leaves `last` on the terminal, or nothing if it has not come up yet, and resolves when the terminal is ours again:
   * soon even if it hangs. Idempotent; never rejects.
   */
  close(last: ScreenState): Promise<void>;
}
