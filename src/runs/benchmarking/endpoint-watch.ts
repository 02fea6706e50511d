import { VoltanaError } from '../../domain/errors.ts';
import type { RequestOutcome } from '../../domain/request.ts';

/** So many failures in a row are worth a question. */
const ASK_AFTER = 10;

/**
 * An endpoint that others run tells nobody when it dies. Here its answers are looked at: when many fail one after another, or the
 * last one did, it is asked whether it is there at all. A server that fails some requests under load is no dead one.
 */
export class EndpointWatch {
  readonly failed: Promise<Error>;
  readonly #ask: () => Promise<unknown>;
  #fail: (error: Error) => void = () => undefined;
  #inARow = 0;
  #asking: Promise<void> | null = null;

  /** @param ask rejects where the endpoint does not answer as it should */
  constructor(ask: () => Promise<unknown>) {
    this.#ask = ask;
    this.failed = new Promise((resolve) => (this.#fail = resolve));
  }

  outcome({ status }: Pick<RequestOutcome, 'status'>): void {
    if (status === 'completed') this.#inARow = 0;
    if (status !== 'failed') return;
    this.#inARow += 1;
    if (this.#inARow % ASK_AFTER === 0) void this.#look();
  }

  /** The load is over. When this resolves, `failed` has, if it does. */
  async end(): Promise<void> {
    if (this.#inARow > 0) await this.#look();
  }

  #look(): Promise<void> {
    this.#asking ??= this.#ask().then(
      () => undefined,
      (error: unknown) => this.#fail(asFailure(error)),
    );
    return this.#asking.finally(() => (this.#asking = null));
  }
}

/** Whatever it says now, before the load it was well. */
const asFailure = (error: unknown): Error =>
  error instanceof VoltanaError && error.kind === 'user'
    ? new VoltanaError('ENGINE_FAILED', error.message, { cause: error })
    : (error as Error);
