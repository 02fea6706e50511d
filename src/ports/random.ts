/** A seeded stream of uniform numbers: the same seed gives the same numbers, whoever else draws from other streams. */
export interface Random {
  /** In [0, 1), with more than 32 bits of resolution. */
  next(): number;
}
