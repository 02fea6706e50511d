import type { ValidateFunction } from 'ajv';
import { VoltanaError } from '../domain/errors.ts';
import { parseJsonFile, validated } from './document.ts';

/** The documents that voltana writes, and which command makes one. */
const MADE_BY = {
  profile: 'voltana profile',
  fitted: 'voltana fit',
  run: 'voltana bench',
  comparison: 'voltana compare',
  tuning: 'voltana tune --search',
} as const;

interface Kind {
  readonly kind: keyof typeof MADE_BY;
  readonly validate: ValidateFunction;
  readonly schema: unknown;
}

const SCHEMA_VERSION = 1;

const shown = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 60);

/** Told before all that follows from it: a document of another kind lacks everything. */
function checkKind(value: unknown, file: string, wanted: Kind['kind']): void {
  const { kind, schemaVersion } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  const hint = `\`${MADE_BY[wanted]}\` writes one.`;
  if (kind !== wanted) {
    throw new VoltanaError('FILE_MALFORMED', `${file}: a ${wanted} document is needed; the kind of this is ${shown(kind)}`, { hint });
  }
  if (schemaVersion !== SCHEMA_VERSION) {
    const text = `${file}: its schemaVersion is ${shown(schemaVersion)}; this version of voltana knows ${SCHEMA_VERSION}`;
    throw new VoltanaError('FILE_MALFORMED', text, { hint: 'Read it with the version that wrote it, or make it again.' });
  }
}

/**
 * A document that voltana wrote: JSON, whatever the file's name.
 * @throws VoltanaError FILE_MALFORMED or UNKNOWN_KEY
 */
export function parseWrittenDocument<T>(text: string, file: string, { kind, validate, schema }: Kind): T {
  if (text.trim() === '')
    throw new VoltanaError('FILE_MALFORMED', `${file} is empty`, { hint: `\`${MADE_BY[kind]}\` writes such a document.` });
  const value = parseJsonFile(text, file);
  checkKind(value, file, kind);
  return validated(value, file, validate, schema);
}
