/**
 * What a clock costs where energy and latency are both worth something: a weighted geometric mean, so that neither's unit matters. 1 is
 * the energy as it is, 0 the latency alone.
 * @param energy in the asker's measure; what costs nothing is taken for next to nothing
 */
export function thriftyCost(energy: number, latencyMs: number, thrift: number): number {
  if (thrift === 1) return energy;
  return Math.max(Number.MIN_VALUE, energy) ** thrift * latencyMs ** (1 - thrift);
}
