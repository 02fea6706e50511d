import type { ClusterFile } from '../../../domain/cluster.ts';
import type { EngineFacts } from '../../../domain/engine-facts.ts';
import type { LaunchedInstance } from '../../../domain/instance.ts';
import type { EngineProbe } from '../../../ports/engine.ts';
import type { Time } from '../../../ports/time.ts';
import { keyHeaders } from '../key-headers.ts';
import { createAsker } from '../monitor/ask.ts';
import { objectAt } from '../monitor/answers.ts';
import { expectedModel } from '../served-model.ts';
import { speechOf } from '../speaks.ts';
import { dialectWriter } from './dialect-writers.ts';
import { engineFacts } from './engine-facts.ts';
import { createHttpProbe } from './http-probe.ts';
import { createTokenIds } from './token-ids.ts';
import type { RequestWriter } from './writer.ts';

const ANSWER_TIMEOUT_MS = 5000;

export interface ProbeOptions {
  readonly cluster: Pick<ClusterFile, 'engine' | 'model' | 'launcher'>;
  readonly time: Time;
  /** Prompts follow from it. */
  readonly seed: number;
}

export interface RealProbe extends EngineProbe {
  /** What an engine tells of itself; null where it does not. Never rejects. */
  facts(instance: LaunchedInstance): Promise<EngineFacts>;
  close(): Promise<void>;
}

/** Probes engines as they are in production, each in its dialect, straight past the gateway. Throws as the port says. */
export function createEngineProbe({ cluster, time, seed }: ProbeOptions): RealProbe {
  const { dialect } = speechOf(cluster.engine);
  const headers = keyHeaders(cluster.engine);
  const ids = createTokenIds(seed);
  const asker = createAsker(ANSWER_TIMEOUT_MS, headers);
  const urlOf = ({ endpoints }: LaunchedInstance, path: string): string => new URL(path, endpoints.url).href;
  const facts = (instance: LaunchedInstance): Promise<EngineFacts> =>
    engineFacts(cluster, instance, (path) =>
      asker.ask(urlOf(instance, path)).then(
        ({ status, text }) => (status === 200 ? text : null),
        () => null,
      ),
    );
  /** Where nobody has named the model, the one that it serves. */
  const modelOf = async (instance: LaunchedInstance): Promise<string | null> => {
    const named = expectedModel(cluster);
    if (named !== null) return named;
    const listed = await objectAt((path) => asker.ask(urlOf(instance, path)), instance, '/v1/models').catch(() => null);
    const data: unknown = listed?.value['data'];
    const id: unknown = Array.isArray(data) ? (data[0] as { id?: unknown } | null)?.id : null;
    return typeof id === 'string' ? id : null;
  };
  const writers = new Map<string, Promise<RequestWriter>>();
  const writerFor = async (instance: LaunchedInstance): Promise<RequestWriter> => {
    const [model, { contextTokens }] = await Promise.all([modelOf(instance), facts(instance)]);
    return dialectWriter(instance, { dialect, ids, model, headers, longestTokens: contextTokens });
  };
  const probe = createHttpProbe((instance) => {
    const known = writers.get(instance.id) ?? writerFor(instance);
    writers.set(instance.id, known);
    return known;
  }, time);
  return {
    ...probe,
    facts,
    async close() {
      await Promise.all([probe.close(), asker.close()]);
    },
  };
}
