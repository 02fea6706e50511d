import { VoltanaError } from '../../../domain/errors.ts';
import { domainOf, type LaunchedInstance } from '../../../domain/instance.ts';
import { RawObject } from '../../../domain/raw-json.ts';
import type { AskInstance } from './questions.ts';

export const wrong = ({ id, endpoints }: LaunchedInstance, what: string, hint: string): VoltanaError =>
  new VoltanaError('ENGINE_FAILED', `the engine of instance ${id} at ${endpoints.url} ${what}`, { hint });

/** One of the two halves of an engine that does both phases. */
export const isAggregated = (instance: LaunchedInstance): boolean => domainOf(instance) !== instance.id;

const DENIED = new Set([401, 403]);

/**
 * The JSON object at a path.
 * @throws VoltanaError when the engine wants a key; Error for any other answer
 */
export async function objectAt(ask: AskInstance, instance: LaunchedInstance, path: string): Promise<RawObject> {
  const { status, text } = await ask(path);
  if (DENIED.has(status))
    throw wrong(
      instance,
      `answered ${status} to ${path}`,
      'Name its key in the cluster file: --api-key in engine.args, or engine.env.VLLM_API_KEY.',
    );
  if (status !== 200) throw new Error(`${path} answered ${status}`);
  try {
    return RawObject.parse(text);
  } catch (cause) {
    throw new Error(`${path} answered with what is no JSON object`, { cause });
  }
}

/** As `objectAt`; null where there is no such path. */
export async function objectIfAny(ask: AskInstance, instance: LaunchedInstance, path: string): Promise<RawObject | null> {
  let missing = false;
  const noting: AskInstance = async (asked) => {
    const reply = await ask(asked);
    missing = reply.status === 404;
    return reply;
  };
  try {
    return await objectAt(noting, instance, path);
  } catch (error) {
    if (missing) return null;
    throw error;
  }
}

const idsIn = ({ value }: RawObject): string[] => {
  const data: unknown = value['data'];
  if (!Array.isArray(data)) throw new Error('/v1/models answered without data');
  return data.map((model: unknown) => (model as { id?: unknown } | null)?.id).filter((id) => typeof id === 'string');
};

/**
 * Whether it serves the model of that name; any when nobody named one.
 * @throws VoltanaError when it serves others; Error when it does not say
 */
export async function checkModel(
  ask: AskInstance,
  instance: LaunchedInstance,
  expected: string | null,
  isSame = (id: string, name: string): boolean => id === name,
): Promise<void> {
  const ids = idsIn(await objectAt(ask, instance, '/v1/models'));
  if (expected === null || ids.some((id) => isSame(id, expected))) return;
  const hint = 'Set engine.servedModel in the cluster file to the name that the engine serves, or start it with that model.';
  throw wrong(instance, `serves ${ids.map((id) => `"${id}"`).join(', ') || 'no model'} instead of "${expected}"`, hint);
}

export const withEndpoints = (instance: LaunchedInstance, told: Partial<LaunchedInstance['endpoints']>): LaunchedInstance => ({
  ...instance,
  endpoints: { ...instance.endpoints, ...told },
});

export const withFacts = (instance: LaunchedInstance, facts: Readonly<Record<string, string>>): LaunchedInstance =>
  withEndpoints(instance, { facts: { ...instance.endpoints.facts, ...facts } });
