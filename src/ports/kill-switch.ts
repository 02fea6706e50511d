/** Ways besides a command in which somebody may end live tuning. */
export interface KillSwitch {
  /** Files whose existence kills. */
  readonly files: readonly string[];
  /** Why it is to end now; null while nobody wants that. Costs nothing. */
  readonly reason: string | null;
  /** One more file. @throws VoltanaError BAD_VALUE for a path that is not absolute */
  watch(file: string): void;
  /** A signal that came is forgotten; a file that is there still kills. */
  forget(): void;
}
