import type { RequestOutcome, WorkloadRequest } from '../../../domain/request.ts';
import type { LoadOptions } from '../../../ports/load-source.ts';
import type { Time } from '../../../ports/time.ts';
import type { Exchange } from '../stream/exchange.ts';
import { Ledger } from '../stream/ledger.ts';
import { failOverdue } from '../stream/timeouts.ts';
import type { Connection, Sending } from './connection.ts';

/** A stream that has said all but does not end keeps its connection for so long; then another is opened in its place. */
const LINGER_MS = 100;

/** What a loop needs of the wire. */
export interface Wire {
  /** Makes a request ready to be sent now. */
  prepare(request: WorkloadRequest, nowMs: () => number, onOutcome: (outcome: RequestOutcome) => void): Prepared;
  connect(first: Sending, next: () => Sending | null, onDone: () => void): Connection;
}

export interface Prepared {
  readonly exchange: Exchange;
  readonly sending: Omit<Sending, 'onOver'>;
}

export interface LoopOptions {
  readonly schedule: readonly WorkloadRequest[];
  readonly load: LoadOptions;
  readonly time: Time;
  readonly concurrency: number;
  readonly timeoutMs: number | undefined;
  readonly wire: Wire;
}

/** So many requests at a time, in the schedule's order: each end makes room for the next one. */
export class ClosedLoop {
  readonly startedAtMs: number;
  readonly #options: LoopOptions;
  readonly #ledger: Ledger;
  readonly #connections = new Set<Connection>();
  readonly #timers = new Set<() => void>();
  #places = 0;
  #next = 0;
  #sending = true;

  constructor(options: LoopOptions) {
    this.#options = options;
    this.#ledger = new Ledger(options.load);
    this.startedAtMs = options.time.nowMs();
  }

  /** @returns once no request is open and no connection left */
  async run(): Promise<RequestOutcome[]> {
    const { schedule, time, timeoutMs } = this.#options;
    const { signal, sendForMs } = this.#options.load;
    const cancel = (): void => this.#giveUp('cancelled', 'cancelled');
    signal.addEventListener('abort', cancel, { once: true });
    if (timeoutMs !== undefined) this.#timers.add(failOverdue(time, timeoutMs, () => this.#ledger.oldest, this.#nowMs));
    if (sendForMs !== undefined) this.#at(sendForMs, () => this.#stopSending());
    if (signal.aborted) cancel();
    else if (schedule.length === 0) this.#stopSending();
    else this.#fill();

    await this.#ledger.settled;
    signal.removeEventListener('abort', cancel);
    await this.#close();
    return this.#ledger.outcomes();
  }

  readonly #nowMs = (): number => this.#options.time.nowMs() - this.startedAtMs;

  async #close(): Promise<void> {
    this.#sending = false;
    const closed = [...this.#connections].map((connection) => connection.closed);
    for (const { close } of [...this.#connections]) close();
    for (const stop of [...this.#timers]) stop();
    await Promise.all(closed);
  }

  /** @returns stops it */
  #at(atMs: number, callback: () => void): () => void {
    const cancel = this.#options.time.at(this.startedAtMs + atMs, () => {
      this.#timers.delete(stop);
      callback();
    });
    const stop = (): void => {
      this.#timers.delete(stop);
      cancel();
    };
    this.#timers.add(stop);
    return stop;
  }

  #fill(): void {
    while (this.#places < this.#options.concurrency) {
      const first = this.#take();
      if (first === null) return;
      this.#places += 1;
      this.#connect(first);
    }
  }

  #connect(first: Sending): void {
    const free = (): void => {
      this.#places -= 1;
      this.#fill();
    };
    const connection = this.#options.wire.connect(first, () => this.#take(), free);
    this.#connections.add(connection);
    void connection.closed.then(() => this.#connections.delete(connection));
  }

  /** The next request of the schedule, which counts as sent from now on; null when nothing more is sent. */
  #take(): Sending | null {
    if (!this.#sending) return null;
    const { schedule, wire } = this.#options;
    const index = this.#next++;
    const request = { ...(schedule[index] as WorkloadRequest), arrivalMs: this.#nowMs() };
    let stopLingering = (): void => {};
    const { exchange, sending } = wire.prepare(request, this.#nowMs, (outcome) => {
      stopLingering = this.#at(this.#nowMs() + LINGER_MS, () => exchange.abandon('failed', 'a stream that does not end'));
      this.#ledger.close(index, outcome);
    });
    this.#ledger.open(index, exchange);
    if (this.#next === schedule.length) this.#stopSending();
    return { ...sending, onOver: () => stopLingering() };
  }

  #stopSending(): void {
    if (!this.#sending) return;
    this.#sending = false;
    this.#at(this.#nowMs() + this.#options.load.drainMs, () => this.#giveUp('unfinished', 'not finished within the drain time'));
    this.#ledger.allSent();
  }

  #giveUp(status: 'cancelled' | 'unfinished', reason: string): void {
    this.#sending = false;
    this.#ledger.giveUp(status, reason);
  }
}
