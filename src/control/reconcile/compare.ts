import type { EngineGauges } from '../../ports/engine.ts';
import type { Lookback } from './lookback.ts';

/** How far an engine's figure lies beyond everything that was believed of it. */
export interface Gap {
  readonly what: 'requests' | 'KV tokens' | 'prompt tokens' | 'output tokens';
  readonly engine: number;
  /** The nearest of what was believed. */
  readonly seen: number;
  /** Signed fraction of the larger of `seen` and the slack; 0 within the slack. */
  readonly excess: number;
  /** Where the usual one would not do. */
  readonly tolerance?: number;
}

/** Requests that are between two queues when a gauge is read. */
const SLACK_REQUESTS = 2;
/** Engines hold whole blocks. */
const SLACK_KV_TOKENS = 2048;
const SLACK_KV_TOKENS_PER_REQUEST = 64;
/** A chunk or two of each stream may be counted on one side only. */
const SLACK_OUTPUT_TOKENS = 64;
const SLACK_OUTPUT_TOKENS_PER_REQUEST = 4;
const SLACK_PROMPT_TOKENS = 4096;
/** Prompts are guessed from bytes, and an engine counts one again that it computes again. */
const PROMPT_TOLERANCE = 0.5;

const beyond = (engine: number, least: number, most: number, slack: number): Pick<Gap, 'engine' | 'seen' | 'excess'> => {
  const seen = Math.min(most, Math.max(least, engine));
  const difference = engine - seen;
  const excess = Math.abs(difference) <= slack ? 0 : difference / Math.max(seen, slack);
  return { engine, seen, excess };
};

/** Null where the engine does not count its requests. One that hides its queue may have more than it shows, never less. */
export const requestsGap = (lookback: Lookback, { running, waiting }: EngineGauges): Gap | null => {
  if (running === null) return null;
  const { leastRequests, mostRequests } = lookback.bounds;
  const least = waiting === null ? 0 : leastRequests;
  return { what: 'requests', ...beyond(running + (waiting ?? 0), least, mostRequests, SLACK_REQUESTS) };
};

/** More tokens than were sent there; fewer are a shared prefix, a cache, or an answer still in a buffer. */
export const tokensGap = (lookback: Lookback, { kvTokens }: EngineGauges): Gap[] => {
  const gaps: Gap[] = [];
  const { mostKvTokens, mostRequests } = lookback.bounds;
  if (kvTokens !== null && mostKvTokens !== null) {
    const slack = SLACK_KV_TOKENS + SLACK_KV_TOKENS_PER_REQUEST * mostRequests;
    gaps.push({ what: 'KV tokens', ...beyond(kvTokens, 0, mostKvTokens, slack) });
  }
  const { stretch } = lookback;
  // An engine that only prefills makes one token of each prompt that no client sees.
  if (stretch && stretch.engineOutput !== null && mostKvTokens !== null) {
    const slack = SLACK_OUTPUT_TOKENS + SLACK_OUTPUT_TOKENS_PER_REQUEST * mostRequests;
    gaps.push({ what: 'output tokens', ...beyond(stretch.engineOutput, 0, stretch.seenOutput, slack) });
  }
  if (stretch && stretch.enginePrompt !== null && mostKvTokens === null)
    gaps.push({
      what: 'prompt tokens',
      ...beyond(stretch.enginePrompt, 0, stretch.seenPrompt, SLACK_PROMPT_TOKENS),
      tolerance: PROMPT_TOLERANCE,
    });
  return gaps;
};

const rounded = (value: number): string => value.toFixed(0);

export const countsWords = ({ what, engine, seen, excess }: Gap): string => {
  const side = excess > 0 ? 'traffic that did not come through here' : 'fewer than were sent';
  return `the engine counts ${rounded(engine)} ${what}, the gateway ${rounded(seen)}: ${side}`;
};
