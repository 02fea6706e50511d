import type { TuningOrder, TuningView } from '../domain/tuning-orders.ts';

/** Live tuning of a gateway that somebody else runs. */
export interface TuningClient {
  readonly url: string;
  /** @throws VoltanaError ENGINE_FAILED, BAD_VALUE for what is no voltana gateway, NOT_PERMITTED */
  view(): Promise<TuningView>;
  /** @returns how it stands then @throws VoltanaError as `view` does, BAD_VALUE for an order that does not fit, as the gateway says it */
  order(order: TuningOrder): Promise<TuningView>;
  close(): Promise<void>;
}
