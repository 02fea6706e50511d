import type { ValidateFunction } from 'ajv';
import { LineCounter, parseDocument } from 'yaml';
import { VoltanaError } from '../domain/errors.ts';
import { explainSchemaErrors } from './errors-from-ajv.ts';
import { parseJson } from './json-text.ts';
import { MAX_NESTING, nestsTooDeep } from './nesting.ts';

const firstLine = (text: string): string => text.split('\n', 1)[0]!.replace(/:$/, '');

/** @throws VoltanaError FILE_MALFORMED */
function parseJsonFile(text: string, file: string): unknown {
  try {
    return parseJson(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw new VoltanaError('FILE_MALFORMED', `${file}: ${(cause as Error).message}`, { cause });
  }
}

/** YAML, and so JSON too. @throws VoltanaError FILE_MALFORMED with line and column */
export function parseYaml(text: string, file: string): unknown {
  if (nestsTooDeep(text)) throw new VoltanaError('FILE_MALFORMED', `${file}: nested deeper than ${MAX_NESTING} levels`);
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false, uniqueKeys: true, logLevel: 'error' });
  const error = document.errors[0];
  if (error) {
    // Not by `prettyErrors`: that draws a picture of every one of them.
    const { line, col } = lineCounter.linePos(error.pos[0]);
    throw new VoltanaError('FILE_MALFORMED', `${file}: ${firstLine(error.message)} at line ${line}, column ${col}`);
  }
  try {
    // A few aliases are a convenience, many are a way to exhaust the memory.
    return document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    throw new VoltanaError('FILE_MALFORMED', `${file}: ${firstLine((cause as Error).message)}`, { cause });
  }
}

/**
 * Parses and validates one document: JSON in a file whose name says so, YAML otherwise.
 * @param schema the JSON schema that `validate` was compiled from, for the names that it would accept
 * @throws VoltanaError FILE_MALFORMED or UNKNOWN_KEY
 */
export function parseDocumentOf<T>(text: string, file: string, validate: ValidateFunction, schema: unknown): T {
  const value = file.toLowerCase().endsWith('.json') ? parseJsonFile(text, file) : parseYaml(text, file);
  if (!validate(value)) throw explainSchemaErrors(validate.errors ?? [], value, file, schema);
  return value as T;
}
