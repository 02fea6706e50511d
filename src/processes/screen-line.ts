import { explainSchemaErrors } from '../config/errors-from-ajv.ts';
import { parseJson } from '../config/json-text.ts';
import { VoltanaError } from '../domain/errors.ts';
import type { ScreenState } from '../domain/screen.ts';
import { validateScreen } from '../schemas/compiled/validators.js';
import schema from '../schemas/screen.schema.json' with { type: 'json' };

const WHERE = 'a state for the screen';

const parsed = (line: string): unknown => {
  try {
    return parseJson(line);
  } catch (cause) {
    throw new VoltanaError('BAD_VALUE', `${WHERE} is no JSON: ${(cause as Error).message}`, { cause });
  }
};

/** One line of the screen's stdin. @throws VoltanaError BAD_VALUE, FILE_MALFORMED or UNKNOWN_KEY that names the place */
export const parseScreenLine = (line: string): ScreenState => {
  const state = parsed(line);
  if (!validateScreen(state)) throw explainSchemaErrors(validateScreen.errors ?? [], state, WHERE, schema);
  return state as ScreenState;
};
