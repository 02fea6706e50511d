import type { ClientFigures, StreamFigures } from '../domain/bench.ts';
import type { RequestOutcome } from '../domain/request.ts';
import { LatencySketch } from '../statistics/latency-sketch.ts';

/** Tokens that the chunks after the first one carried, whole ones: as told, else spread evenly over them. */
function tokensOfGap(outcome: RequestOutcome): (gap: number) => number {
  const { chunkTokens, outputTokens, gapsMs } = outcome;
  if (chunkTokens?.length === gapsMs.length + 1) return (gap) => chunkTokens[gap + 1]!;
  const tokens = Math.max(outputTokens - 1, gapsMs.length);
  const upTo = (gap: number): number => Math.round((tokens * gap) / gapsMs.length);
  return (gap) => upTo(gap + 1) - upTo(gap);
}

/** What came over the wire, and how late the client was, of any number of outcomes in the same memory. */
export class StreamTally {
  readonly #tokenGaps = new LatencySketch();
  readonly #lateness = new LatencySketch();
  readonly #countedBy = { usage: 0, chunks: 0, assumed: 0 };
  #chunks = 0;
  #tokens = 0;

  add(outcome: RequestOutcome): void {
    this.#lateness.add(Math.max(0, outcome.sentMs - outcome.intendedMs));
    if (outcome.firstTokenMs === null) return;
    this.#chunks += 1 + outcome.gapsMs.length;
    this.#tokens += outcome.outputTokens;
    this.#countedBy[outcome.usage ? 'usage' : outcome.chunkTokens ? 'chunks' : 'assumed']++;
    const tokensOf = tokensOfGap(outcome);
    outcome.gapsMs.forEach((gapMs, gap) => {
      const tokens = tokensOf(gap);
      // A chunk of text that carried no whole token ends no gap between tokens.
      if (tokens > 0) this.#tokenGaps.add(gapMs / tokens, tokens);
    });
  }

  figures(): StreamFigures {
    return {
      chunks: this.#chunks,
      tokensPerChunk: this.#chunks === 0 ? null : this.#tokens / this.#chunks,
      countedBy: { ...this.#countedBy },
      tokenGapMs: this.#tokenGaps.summary(),
    };
  }

  lateness(): ClientFigures['lateness'] {
    return this.#lateness.histogram();
  }

  /** Output tokens of all answers, whatever became of them. */
  get tokens(): number {
    return this.#tokens;
  }
}
