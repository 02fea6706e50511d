/** A reading of the world. "Not available" is `valid: false`, never a zero. */
export interface Reading<T> {
  readonly value: T;
  readonly atMs: number;
  readonly source: string;
  readonly valid: boolean;
}
