import type { ValidateFunction } from 'ajv';
import { isScalar, LineCounter, parseDocument, visit, type Document } from 'yaml';
import { VoltanaError } from '../domain/errors.ts';
import { explainSchemaErrors } from './errors-from-ajv.ts';
import { parseJson } from './json-text.ts';
import { MAX_NESTING, nestsTooDeep } from './nesting.ts';

const firstLine = (text: string): string => text.split('\n', 1)[0]!.replace(/:$/, '');

/** @throws VoltanaError FILE_MALFORMED */
export function parseJsonFile(text: string, file: string): unknown {
  try {
    return parseJson(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw new VoltanaError('FILE_MALFORMED', `${file}: ${(cause as Error).message}`, { cause });
  }
}

/** Far more than any file written by hand; what parses for minutes is no configuration. */
const MAX_CHARACTERS = 1024 * 1024;

interface Mistake {
  readonly message: string;
  readonly offset: number;
}

/** The library's own check compares every key of a map with every other: minutes for some ten thousand. */
function duplicateKey(document: Document): Mistake | null {
  let found: Mistake | null = null;
  visit(document, {
    Map(_, map) {
      const seen = new Set<unknown>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value)) found ??= { message: `the key ${String(key.value)} stands twice in one map`, offset: key.range?.[0] ?? 0 };
        seen.add(key.value);
      }
      return found ? visit.BREAK : undefined;
    },
  });
  return found;
}

function firstMistake(document: ReturnType<typeof parseDocument>): Mistake | null {
  const error = document.errors[0];
  return error ? { message: firstLine(error.message), offset: error.pos[0] } : duplicateKey(document);
}

/** YAML, and so JSON too. @throws VoltanaError FILE_MALFORMED with line and column */
export function parseYaml(text: string, file: string): unknown {
  if (nestsTooDeep(text)) throw new VoltanaError('FILE_MALFORMED', `${file}: nested deeper than ${MAX_NESTING} levels`);
  if (text.length > MAX_CHARACTERS) throw new VoltanaError('FILE_MALFORMED', `${file}: longer than ${MAX_CHARACTERS} characters`);
  const lineCounter = new LineCounter();
  // Not `prettyErrors`: that draws a picture of every one of them.
  const document = parseDocument(text, { lineCounter, prettyErrors: false, uniqueKeys: false, logLevel: 'error' });
  const mistake = firstMistake(document);
  if (mistake) {
    const { line, col } = lineCounter.linePos(mistake.offset);
    throw new VoltanaError('FILE_MALFORMED', `${file}: ${mistake.message} at line ${line}, column ${col}`);
  }
  try {
    // A few aliases are a convenience, many are a way to exhaust the memory.
    return document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    throw new VoltanaError('FILE_MALFORMED', `${file}: ${firstLine((cause as Error).message)}`, { cause });
  }
}

/**
 * What was parsed, if it is what its schema says.
 * @throws VoltanaError FILE_MALFORMED or UNKNOWN_KEY
 */
export function validated<T>(value: unknown, file: string, validate: ValidateFunction, schema: unknown): T {
  if (!validate(value)) throw explainSchemaErrors(validate.errors ?? [], value, file, schema);
  return value as T;
}

/**
 * Parses and validates one document: JSON in a file whose name says so, YAML otherwise.
 * @param schema the JSON schema that `validate` was compiled from, for the names that it would accept
 * @throws VoltanaError FILE_MALFORMED or UNKNOWN_KEY
 */
export function parseDocumentOf<T>(text: string, file: string, validate: ValidateFunction, schema: unknown): T {
  const value = file.toLowerCase().endsWith('.json') ? parseJsonFile(text, file) : parseYaml(text, file);
  return validated(value, file, validate, schema);
}
