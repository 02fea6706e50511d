import { isUtf8 } from 'node:buffer';
import { RawObject } from '../../domain/raw-json.ts';
import { ApiError, badRequest } from './api-error.ts';
import type { ApiShape, Wishes } from './api/shape.ts';

/** A client's request as understood, before anything is decided. */
export interface Understood {
  readonly wishes: Wishes;
  /** As engines get it. */
  readonly body: RawObject;
  /** The name asked for, or the deployment's. */
  readonly model: string;
}

const objectIn = (bytes: Buffer): RawObject => {
  if (!isUtf8(bytes)) throw badRequest('the body is not valid UTF-8', null, 'invalid_utf8');
  try {
    return RawObject.parse(bytes.toString('utf8'));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw badRequest(`the body must be a JSON object: ${error.message.slice(0, 80)}`, null, 'malformed_json');
  }
};

export const unknownModel = (model: string): ApiError =>
  new ApiError(404, `the model ${JSON.stringify(model)} does not exist here`, { code: 'model_not_found', param: 'model' });

/**
 * @param models all that are served; empty for any
 * @throws ApiError for what cannot be served, and says why
 */
export const understood = (bytes: Buffer, api: ApiShape, models: readonly string[]): Understood => {
  const body = objectIn(bytes);
  const wishes = api.read(body);
  if (wishes.model !== null && models.length > 0 && !models.includes(wishes.model)) throw unknownModel(wishes.model);
  return { wishes, body: api.upstream(body, wishes), model: wishes.model ?? models[0] ?? '' };
};
