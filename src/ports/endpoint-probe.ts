import type { BenchApi } from '../domain/bench.ts';

/** What an endpoint answered when it was asked before the load. */
export interface EndpointFacts {
  /** What it serves; the one to ask for where none was named. */
  readonly model: string;
  /** Of one short streamed request. */
  readonly promptTokens: number | null;
  readonly outputTokens: number | null;
  /** Prompt tokens that the server counts for each word of ours; 1 where it does not tell. */
  readonly tokensPerWord: number;
  /** It says that it only models an engine: nothing of it is measured. */
  readonly emulated: boolean;
}

/** Asks an endpoint whether it can be measured at all. */
export interface EndpointProbe {
  /**
   * @throws VoltanaError ENGINE_FAILED for an endpoint that is down or fails; BAD_VALUE for another API, a model that it does not
   * serve, an answer that does not stream
   */
  probe(request: {
    readonly url: string;
    readonly api: BenchApi;
    readonly model: string | null;
    readonly apiKey: string | null;
    readonly signal: AbortSignal;
  }): Promise<EndpointFacts>;
}
