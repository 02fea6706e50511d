import { setTimeout as pause } from 'node:timers/promises';
import type { ClusterFile } from '../../domain/cluster.ts';
import { VoltanaError } from '../../domain/errors.ts';
import type { LaunchedInstance } from '../../domain/instance.ts';
import type { EngineMonitor } from '../../ports/engine.ts';
import { keyHeaders } from './key-headers.ts';
import { createAsker, type Ask } from './monitor/ask.ts';
import { wrong } from './monitor/answers.ts';
import type { AskInstance, Questions } from './monitor/questions.ts';
import { openAiQuestions } from './openai/questions.ts';
import { expectedModel } from './served-model.ts';
import { sglangQuestions } from './sglang/questions.ts';
import { speechOf } from './speaks.ts';
import { trtllmQuestions } from './trtllm/questions.ts';
import { vllmQuestions } from './vllm/questions.ts';

/** What of a cluster file says whom a monitor will meet. */
export type MonitoredCluster = Pick<ClusterFile, 'engine' | 'model' | 'launcher' | 'instances'>;

export interface MonitorOptions {
  /** For one answer; 5 s unless told. */
  readonly answerTimeoutMs?: number;
  /** Between two questions to an engine that is not ready yet; 500 ms unless told. */
  readonly pollMs?: number;
}

const ANSWER_TIMEOUT_MS = 5000;
const POLL_MS = 500;

function questionsFor({ engine, instances, ...cluster }: MonitoredCluster): Questions {
  const speech = speechOf(engine);
  const model = expectedModel({ engine, ...cluster });
  switch (speech.dialect) {
    case 'sglang':
      return sglangQuestions(model);
    case 'vllm':
      return vllmQuestions(model, speech.protocol, instances);
    case 'trtllm':
      return trtllmQuestions(model, speech.protocol);
    case 'openai':
      return openAiQuestions(model);
  }
}

const asking =
  (ask: Ask, { endpoints }: LaunchedInstance, signal?: AbortSignal): AskInstance =>
  (pathOrUrl) =>
    ask(new URL(pathOrUrl, endpoints.url).href, signal);

const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message || (error as NodeJS.ErrnoException).code || error.name : String(error);

const notReady = (instance: LaunchedInstance, timeoutMs: number, last: string): VoltanaError =>
  wrong(
    instance,
    `was not ready within ${timeoutMs / 1000} s: ${last}`,
    'Look at its log, and whether its address is right; raise engine.readyTimeoutS in the cluster file if it only needs longer to load.',
  );

/** Asks until the engine is ready, or `signal` or `late` aborts. @returns null in the latter case */
async function untilReady(look: () => Promise<LaunchedInstance | string>, pollMs: number, both: AbortSignal, say: (last: string) => void) {
  while (!both.aborted) {
    try {
      const found = await look();
      if (typeof found !== 'string') return found;
      say(found);
    } catch (error) {
      if (error instanceof VoltanaError) throw error;
      if (!both.aborted) say(reasonOf(error));
    }
    await pause(pollMs, undefined, { signal: both }).catch(() => undefined);
  }
  return null;
}

/**
 * Asks engines of a cluster's kind how they are, over HTTP.
 * @throws VoltanaError BAD_VALUE for a protocol that the engine does not have
 */
export function createMonitor(cluster: MonitoredCluster, options: MonitorOptions = {}): EngineMonitor & { close(): Promise<void> } {
  const { answerTimeoutMs = ANSWER_TIMEOUT_MS, pollMs = POLL_MS } = options;
  const questions = questionsFor(cluster);
  const { ask, close } = createAsker(answerTimeoutMs, keyHeaders(cluster.engine));
  return {
    async ready(instance, { timeoutMs, signal }) {
      const both = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
      const askIt = asking(ask, instance, both);
      const look = async () => ((await questions.healthy(askIt)) ? questions.check(askIt, instance) : 'it says that it is not healthy');
      let last = 'nothing answers';
      const ready = await untilReady(look, pollMs, both, (said) => (last = said));
      if (ready !== null) return ready;
      signal.throwIfAborted();
      throw notReady(instance, timeoutMs, last);
    },
    healthy: (instance) => questions.healthy(asking(ask, instance)).catch(() => false),
    async gauges(instance) {
      const told = await questions.gauges(asking(ask, instance)).catch((cause: unknown) => {
        throw new VoltanaError('ENGINE_FAILED', `${instance.id} at ${instance.endpoints.url} does not tell its load: ${reasonOf(cause)}`, {
          cause,
        });
      });
      if (told !== null) return told;
      throw wrong(instance, 'does not tell its load', 'Start it with its metrics switched on; docs/engines.md says how.');
    },
    close,
  };
}
