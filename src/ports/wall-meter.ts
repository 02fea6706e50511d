/** What was read of a meter at the plug. Times are `Time` values. */
export interface WallReading {
  /** When it was asked, and when its answer was there: the value is of a moment between them. */
  readonly askedMs: number;
  readonly answeredMs: number;
  /** J of a counter, of which only differences mean anything; W otherwise. Never negative. */
  readonly value: number;
}

/** A meter that sees hosts, fans and losses of power supplies, too. */
export interface WallMeter {
  /** As it was asked for. */
  readonly source: string;
  /** A counter of joules, or the power of the moment. */
  readonly quantity: 'energy' | 'power';
  /** @throws VoltanaError METER_FAILED where it does not answer, or answers something else; FILE_UNREADABLE */
  read(): Promise<WallReading>;
  close(): Promise<void>;
}
