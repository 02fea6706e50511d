/**
 * How a relayed request ended. `reason` is for people; null when the client has been told already. `status` is what
 * the client gets while nothing has been sent.
 */
export type Ending =
  | { readonly how: 'completed' }
  | { readonly how: 'cancelled' }
  | { readonly how: 'failed'; readonly reason: string | null; readonly status?: number };

/** What the legs tell their exchange. */
export interface ExchangeEvents {
  prefillDone(): void;
  /** One streamed event, or a whole answer, carried so many tokens. */
  tokens(count: number): void;
  usage(promptTokens: number): void;
  /** Only the first call counts. */
  settle(ending: Ending): void;
}

const BAD_GATEWAY = 502;

export const failure = (reason: string, status = BAD_GATEWAY): Ending => ({ how: 'failed', reason, status });

/** What a client did wrong is passed on as such: a 502 would make it try again, and put the blame on a healthy engine. */
export const passedOn = (status: number): number => (status >= 400 && status < 500 ? status : BAD_GATEWAY);
