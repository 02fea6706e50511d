/** What energy costs, in carbon or money per kWh, wherever it is told. */
export interface SignalSource {
  /** @throws Error in words while it does not tell */
  read(): Promise<number>;
  close(): Promise<void>;
}
