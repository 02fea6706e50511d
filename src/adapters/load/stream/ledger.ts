import type { RequestOutcome } from '../../../domain/request.ts';
import type { LoadProgress } from '../../../ports/load-source.ts';
import type { Exchange } from './exchange.ts';

/** Who is open and who has ended. */
export interface Ledger {
  open(index: number, exchange: Exchange): void;
  close(index: number, outcome: RequestOutcome): void;
  /** Gives up every open request and takes no more. */
  giveUp(status: 'cancelled' | 'unfinished'): void;
  /** Resolves when every request of the schedule has ended, or all open ones were given up. */
  readonly settled: Promise<void>;
  /** In schedule order; requests that were never sent are left out. */
  outcomes(): RequestOutcome[];
}

export const createLedger = (total: number, onProgress: (progress: LoadProgress) => void): Ledger => {
  const exchanges = new Map<number, Exchange>();
  const outcomes = new Map<number, RequestOutcome>();
  let sent = 0;
  let settle = (): void => {};
  const settled = new Promise<void>((resolve) => {
    settle = resolve;
  });
  if (total === 0) settle();

  return {
    open: (index, exchange) => {
      exchanges.set(index, exchange);
      sent += 1;
      onProgress({ sent, ended: outcomes.size });
    },
    close: (index, outcome) => {
      exchanges.delete(index);
      outcomes.set(index, outcome);
      onProgress({ sent, ended: outcomes.size });
      if (outcomes.size === total) settle();
    },
    giveUp: (status) => {
      for (const exchange of [...exchanges.values()]) exchange.abandon(status);
      settle();
    },
    settled,
    outcomes: () => [...outcomes].sort(([a], [b]) => a - b).map(([, outcome]) => outcome),
  };
};
