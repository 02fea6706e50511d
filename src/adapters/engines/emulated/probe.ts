import { setMaxListeners } from 'node:events';
import { Agent } from 'undici';
import type { DecodeProbe, EngineProbe } from '../../../ports/engine.ts';
import type { Time } from '../../../ports/time.ts';
import { answerOf } from './probe-answer.ts';
import { ENDLESS_TOKENS, probeBody } from './probe-request.ts';
import { ProbeStream } from './probe-stream.ts';

const CONNECT_TIMEOUT_MS = 2000;

/** The running batch of one decode probe. */
const decodeProbe = (streams: readonly ProbeStream[], stopStreams: () => void): DecodeProbe => ({
  tokens: () => streams.reduce((sum, stream) => sum + stream.tokens, 0),
  steady: () => streams.every((stream) => stream.tokens > 0 && !stream.ended),
  stop: async () => {
    stopStreams();
    await Promise.all(streams.map((stream) => stream.over));
  },
});

/**
 * Probes an SGLang-like engine through requests that need no peer (room 0). `latencyMs` is wall time here: HTTP
 * included. `decode` resolves once every request has its first token, so bound it by the signal: a batch that the
 * engine does not admit waits for ever. Both throw VoltanaError ENGINE_FAILED, or the signal's reason.
 */
export const createEmulatedProbe = (time: Time): EngineProbe & { close(): Promise<void> } => {
  const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0, connect: { timeout: CONNECT_TIMEOUT_MS } });
  return {
    async prefill(instance, promptTokens, signal) {
      const body = probeBody(promptTokens, 1, false);
      const sentMs = time.nowMs();
      const answer = await answerOf(agent, instance.endpoints.url, body, signal);
      await answer.text();
      return { latencyMs: time.nowMs() - sentMs };
    },
    async decode(instance, batch, contextTokens, signal) {
      const body = probeBody(contextTokens, ENDLESS_TOKENS, true);
      const stop = new AbortController();
      const both = AbortSignal.any([signal, stop.signal]);
      // One listener per request is no leak.
      setMaxListeners(0, both);
      const streams = Array.from({ length: batch }, () => new ProbeStream(agent, instance.endpoints.url, body, both));
      const probe = decodeProbe(streams, () => stop.abort());
      try {
        await Promise.all(streams.map((stream) => stream.admitted));
      } catch (error) {
        await probe.stop();
        throw error;
      }
      return probe;
    },
    close: () => agent.destroy(),
  };
};
