import type { WorkloadRequest } from '../../domain/request.ts';

/** What a schedule asks for, in text, piece by piece: to be hashed. Names of requests and of shared blocks say nothing about the work. */
export function* scheduleText(schedule: readonly WorkloadRequest[]): Generator<string> {
  const blocks = new Map<string, number>();
  const numberOf = (block: string): number => {
    const known = blocks.get(block) ?? blocks.size;
    blocks.set(block, known);
    return known;
  };
  for (const { arrivalMs, promptTokens, maxTokens, prefix = [] } of schedule) {
    yield `${arrivalMs.toFixed(3)} ${promptTokens} ${maxTokens} ${prefix.map(numberOf).join(',')}\n`;
  }
}
