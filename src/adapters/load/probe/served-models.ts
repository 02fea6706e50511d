import { VoltanaError } from '../../../domain/errors.ts';
import { commonProblem } from './problems.ts';
import type { Answered, Session } from './session.ts';

const LIST = '/v1/models';
const SGLANG_INFO = '/get_model_info';
const MOST_LISTED = 10;

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};

const parsed = ({ status, body }: Answered): Readonly<Record<string, unknown>> => {
  try {
    return status === 200 ? fieldsOf(JSON.parse(body)) : {};
  } catch {
    return {};
  }
};

const isName = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** What an endpoint serves. */
export interface Served {
  readonly models: readonly string[];
  /** voltana's emulated engines say so: they only model one. */
  readonly emulated: boolean;
}

const listedBy = (answer: Answered): Served => {
  const { data } = parsed(answer);
  const entries = Array.isArray(data) ? data.map(fieldsOf) : [];
  return { models: entries.map(({ id }) => id).filter(isName), emulated: entries.some(({ voltana }) => voltana === 'emulated') };
};

/**
 * What is served, by the names that requests use; empty where the endpoint tells neither as OpenAI's servers nor as SGLang do.
 * @throws VoltanaError ENGINE_FAILED for an endpoint that is down or fails, BAD_VALUE for one that is none or wants another key
 */
export const servedModels = async (session: Session): Promise<Served> => {
  const list = await session.get(LIST);
  const problem = commonProblem(session.url, LIST, list, session.hasKey);
  if (problem !== null) throw problem;
  const listed = listedBy(list);
  if (listed.models.length > 0) return listed;
  const info = parsed(await session.get(SGLANG_INFO));
  return { models: [info['served_model_name'], info['model_path']].filter(isName).slice(0, 1), emulated: false };
};

const sample = (models: readonly string[]): string =>
  models.slice(0, MOST_LISTED).join(', ') + (models.length > MOST_LISTED ? `, and ${models.length - MOST_LISTED} more` : '');

/** @returns the one asked for, or else the first one; null where nobody knows any. @throws VoltanaError BAD_VALUE for one that is not served */
export const chosenModel = ({ url, clean }: Session, served: readonly string[], asked: string | null): string | null => {
  if (asked === null) return served[0] ?? null;
  if (served.length === 0 || served.includes(asked)) return asked;
  throw new VoltanaError('BAD_VALUE', `${url} does not serve ${asked}; it serves ${sample(served.map(clean))}`, {
    hint: 'Use one of the names listed, or leave the model out to use the first.',
  });
};
