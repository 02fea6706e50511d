import type { ErrorObject } from 'ajv';
import { VoltanaError } from '../domain/errors.ts';
import { nearest } from './nearest.ts';
import { atPointer, keysAt, readablePath } from './schema-path.ts';

/** One thing that is wrong, and what to do about it. */
export interface Explanation {
  readonly text: string;
  readonly hint?: string;
}

/** YAML can say a list that holds itself. */
const jsonOf = (value: unknown): string => {
  try {
    return JSON.stringify(value) ?? 'nothing';
  } catch {
    return 'something that holds itself';
  }
};

const show = (value: unknown): string => {
  const text = typeof value === 'number' ? String(value) : jsonOf(value);
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`;
};

const didYouMean = (word: unknown, candidates: readonly string[], listed: string): string => {
  const near = typeof word === 'string' ? nearest(word, candidates) : null;
  return near === null ? listed : `Did you mean ${show(near)}? ${listed}`;
};

const within = (path: string): string => (path === '' ? '' : ` in ${path}`);
const subject = (path: string): string => (path === '' ? 'the document' : path);

const unknownKey = (error: ErrorObject, path: string, schema: unknown): Explanation => {
  const key = String(error.params['additionalProperty']);
  const keys = keysAt(schema, error.instancePath);
  const text = `unknown key ${show(key)}${within(path)}`;
  return keys.length === 0 ? { text } : { text, hint: didYouMean(key, keys, `The keys here are: ${keys.join(', ')}.`) };
};

const notListed = (error: ErrorObject, path: string, value: unknown): Explanation => {
  const allowed = (error.params['allowedValues'] ?? [error.params['allowedValue']]) as unknown[];
  const listed = `Use ${allowed
    .map(show)
    .join(', ')
    .replace(/, ([^,]*)$/, ' or $1')}.`;
  return {
    text: `${subject(path)} is ${show(value)}`,
    hint: didYouMean(
      value,
      allowed.filter((one) => typeof one === 'string'),
      listed,
    ),
  };
};

const TYPES: Readonly<Record<string, string>> = {
  object: 'keys with values',
  array: 'a list',
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
};

const wrongType = (error: ErrorObject, path: string, value: unknown): Explanation => {
  const types = [error.params['type'] as string | string[]].flat().map((type) => TYPES[type] ?? type);
  return { text: `${subject(path)} must be ${types.join(' or ')}, got ${show(value)}` };
};

const explain = (error: ErrorObject, data: unknown, schema: unknown): Explanation => {
  const path = readablePath(error.instancePath);
  const value = atPointer(data, error.instancePath);
  switch (error.keyword) {
    case 'additionalProperties':
      return unknownKey(error, path, schema);
    case 'required':
      return { text: `${show(error.params['missingProperty'])} is missing${within(path)}` };
    case 'enum':
    case 'const':
      return notListed(error, path, value);
    case 'type':
      return wrongType(error, path, value);
    default:
      return { text: `${subject(path)} ${error.message ?? 'is not valid'}, got ${show(value)}` };
  }
};

/** Unknown keys first: a misspelt key is usually also the missing one. */
const mostTelling = (errors: readonly ErrorObject[]): ErrorObject | undefined =>
  errors.find((error) => error.keyword === 'additionalProperties') ?? errors[0];

/** Everything that a schema found wrong. @param errors as of `explainSchemaErrors` */
export const explainEach = (errors: readonly ErrorObject[], data: unknown, schema: unknown): Explanation[] =>
  errors.map((error) => explain(error, data, schema));

/**
 * What a schema found wrong, in one line that names the file, the place and the next step.
 * @param errors of an ajv validator, not empty
 * @param schema the JSON schema itself; without it unknown keys get no suggestion, as compiled validators do not keep it
 */
export const explainSchemaErrors = (errors: readonly ErrorObject[], data: unknown, file: string, schema?: unknown): VoltanaError => {
  const first = mostTelling(errors);
  if (first === undefined) return new VoltanaError('FILE_MALFORMED', `${file}: does not match its schema`);
  const { text, hint } = explain(first, data, schema);
  // That a condition's branch failed says nothing that the errors inside of it do not say.
  const count = errors.filter(({ keyword }) => keyword !== 'if').length;
  const more = count > 1 ? ` (and ${count - 1} more)` : '';
  const code = first.keyword === 'additionalProperties' ? 'UNKNOWN_KEY' : 'FILE_MALFORMED';
  return new VoltanaError(code, `${file}: ${text}${more}`, hint === undefined ? {} : { hint });
};
