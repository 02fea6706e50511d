import { setMaxListeners } from 'node:events';
import { Agent } from 'undici';
import type { EngineProbe } from '../../../ports/engine.ts';
import type { Time } from '../../../ports/time.ts';
import { answerOf } from './answer.ts';
import { ProbeBatch } from './batch.ts';
import type { WriterOf } from './writer.ts';

const CONNECT_TIMEOUT_MS = 2000;

/**
 * Probes engines through the API that they all have. `latencyMs` is wall time here: HTTP included. `decode` resolves once every
 * request has its first token, so bound it by the signal: a batch that the engine does not admit waits for ever. Both throw
 * VoltanaError ENGINE_FAILED, or the signal's reason.
 */
export const createHttpProbe = (writerOf: WriterOf, time: Time): EngineProbe & { close(): Promise<void> } => {
  const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0, connect: { timeout: CONNECT_TIMEOUT_MS } });
  return {
    async prefill(instance, promptTokens, signal) {
      const writer = await writerOf(instance, signal);
      const body = writer.prefill(promptTokens);
      const sentMs = time.nowMs();
      const answer = await answerOf(agent, instance.endpoints.url, body, signal, writer.headers);
      await answer.text();
      return { latencyMs: time.nowMs() - sentMs };
    },
    async decode(instance, batch, promptTokens, signal) {
      signal.throwIfAborted();
      const writer = await writerOf(instance, signal);
      const stopping = new AbortController();
      const both = AbortSignal.any([signal, stopping.signal]);
      // One listener per request is no leak.
      setMaxListeners(0, both);
      const running = new ProbeBatch({ agent, url: instance.endpoints.url, writer, batch, promptTokens }, both);
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
