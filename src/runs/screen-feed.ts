import type { ScreenState } from '../domain/screen.ts';
import type { Screen } from '../ports/screen.ts';
import type { Time } from '../ports/time.ts';
import { repeat } from './serving/repeat.ts';

export interface ScreenPorts {
  /** Starts the screen. Called a moment after the beginning: what cannot start needs none. */
  readonly open: () => Screen;
  readonly time: Time;
  readonly say: (line: string) => void;
}

const FEED_EVERY_MS = 250;

interface Swallowed {
  readonly print: () => void;
  readonly lasting: boolean;
}

/** Feeds a live screen; lines from the moment at which it fails, those that it has swallowed first. */
export class ScreenFeed {
  readonly #ports: ScreenPorts;
  readonly #what: string;
  readonly #picture: () => ScreenState;
  readonly #stopFeeding: () => Promise<void>;
  readonly #swallowed: Swallowed[] = [];
  #screen: Screen | null = null;
  #failed = false;

  /** @param what goes on, for the message when its screen fails */
  constructor(what: string, picture: () => ScreenState, ports: ScreenPorts) {
    this.#what = what;
    this.#picture = picture;
    this.#ports = ports;
    this.#stopFeeding = repeat(ports.time, FEED_EVERY_MS, () => this.#feed());
  }

  /** A line that the screen shows in its own way; kept for when there is none any more. */
  say(line: string): void {
    this.swallow(() => this.#ports.say(line));
  }

  /** Has something printed as soon as there is no screen any more because it failed. @param lasting also when it was closed */
  swallow(print: () => void, lasting = false): void {
    if (this.#failed) print();
    else this.#swallowed.push({ print, lasting });
  }

  /** Leaves the last picture on the terminal, and says below it what has to last. */
  async close(): Promise<void> {
    await this.#stopFeeding();
    if (this.#failed) return;
    await this.#screen?.close(this.#picture());
    for (const { print, lasting } of this.#swallowed.splice(0)) if (lasting) print();
  }

  #feed(): void {
    if (this.#failed) return;
    this.#screen ??= this.#open();
    this.#screen.show(this.#picture());
  }

  #open(): Screen {
    const screen = this.#ports.open();
    void screen.failed.then((error) => this.#fallBack(error));
    return screen;
  }

  #fallBack(error: Error): void {
    this.#failed = true;
    this.#ports.say(`${error.message}; the ${this.#what} goes on, in lines:`);
    for (const { print } of this.#swallowed.splice(0)) print();
  }
}
