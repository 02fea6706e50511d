import type { ScreenState } from '../domain/screen.ts';

/** A live picture of what goes on. It may die at any moment without harm to what it shows. */
export interface Screen {
  /** Shows the newest state; one that comes while the last is still on its way may be dropped. */
  show(state: ScreenState): void;
  /** Resolves with the reason when it ends by itself; the terminal is in order again then. Never after `close`. */
  readonly failed: Promise<Error>;
  /** Leaves `last` on the terminal and resolves when the terminal is ours again. Never rejects. */
  close(last: ScreenState): Promise<void>;
}
