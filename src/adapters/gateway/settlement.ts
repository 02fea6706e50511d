/** How a relayed request ended. `reason` is for people; null when the client has been told already. */
export type Ending =
  { readonly how: 'completed' } | { readonly how: 'cancelled' } | { readonly how: 'failed'; readonly reason: string | null };

/** What the legs tell their exchange. */
export interface ExchangeEvents {
  prefillDone(): void;
  /** One streamed event, or a whole answer, carried so many tokens. */
  tokens(count: number): void;
  usage(promptTokens: number): void;
  /** Only the first call counts. */
  settle(ending: Ending): void;
}

export const failure = (reason: string): Ending => ({ how: 'failed', reason });
