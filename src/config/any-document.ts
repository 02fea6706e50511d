import type { FittedDocument, RecordedProfile } from '../domain/profile.ts';
import type { Comparison, RunRecord } from '../domain/run-record.ts';
import type { Tuning } from '../domain/tuning.ts';
import { validateComparison, validateFitted, validateProfile, validateRun, validateTuning } from '../schemas/compiled/validators.js';
import comparisonSchema from '../schemas/comparison.schema.json' with { type: 'json' };
import fittedSchema from '../schemas/fitted.schema.json' with { type: 'json' };
import profileSchema from '../schemas/profile.schema.json' with { type: 'json' };
import runSchema from '../schemas/run.schema.json' with { type: 'json' };
import tuningSchema from '../schemas/tuning.schema.json' with { type: 'json' };
import { parseJsonFile } from './document.ts';
import { parseWrittenDocument } from './written-document.ts';

const KINDS = {
  run: { validate: validateRun, schema: runSchema },
  comparison: { validate: validateComparison, schema: comparisonSchema },
  profile: { validate: validateProfile, schema: profileSchema },
  fitted: { validate: validateFitted, schema: fittedSchema },
  tuning: { validate: validateTuning, schema: tuningSchema },
} as const;

/** What is kept of a kind that only its own command knows. */
interface OtherDocument {
  readonly kind: 'other';
  readonly value: unknown;
}

export type AnyDocument = RunRecord | Comparison | RecordedProfile | FittedDocument | Tuning | OtherDocument;

const kindOf = (value: unknown): keyof typeof KINDS | null => {
  const kind = typeof value === 'object' && value !== null ? (value as { kind?: unknown }).kind : null;
  return typeof kind === 'string' && Object.hasOwn(KINDS, kind) ? (kind as keyof typeof KINDS) : null;
};

/** A document that voltana wrote, whichever it is; checked where it has a schema. @throws VoltanaError FILE_MALFORMED or UNKNOWN_KEY */
export function parseAnyDocument(text: string, file: string): AnyDocument {
  const value = parseJsonFile(text, file);
  const kind = kindOf(value);
  if (kind === null) return { kind: 'other', value };
  return parseWrittenDocument<RunRecord | Comparison | RecordedProfile | FittedDocument | Tuning>(text, file, { kind, ...KINDS[kind] });
}
