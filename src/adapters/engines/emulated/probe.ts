import { setMaxListeners } from 'node:events';
import { Agent } from 'undici';
import type { EngineProbe } from '../../../ports/engine.ts';
import type { Time } from '../../../ports/time.ts';
import { answerOf } from './probe-answer.ts';
import { ProbeBatch } from './probe-batch.ts';
import { probeBody } from './probe-request.ts';

const CONNECT_TIMEOUT_MS = 2000;

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
      const stopping = new AbortController();
      const both = AbortSignal.any([signal, stopping.signal]);
      // One listener per request is no leak.
      setMaxListeners(0, both);
      const running = new ProbeBatch({ agent, url: instance.endpoints.url, batch, promptTokens: contextTokens }, both);
      const stop = async (): Promise<void> => {
        running.ledger.close();
        stopping.abort();
        await running.over;
      };
      try {
        await running.admitted;
      } catch (error) {
        await stop();
        throw error;
      }
      return running.ledger.probe(stop);
    },
    close: () => agent.destroy(),
  };
};
