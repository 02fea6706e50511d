import type { Comparison, RunRecord } from '../domain/run-record.ts';
import { validateComparison, validateRun } from '../schemas/compiled/validators.js';
import comparisonSchema from '../schemas/comparison.schema.json' with { type: 'json' };
import runSchema from '../schemas/run.schema.json' with { type: 'json' };
import { parseJsonFile } from './document.ts';
import { parseWrittenDocument } from './written-document.ts';

/** @throws VoltanaError FILE_MALFORMED or UNKNOWN_KEY */
const parseRun = (text: string, file: string): RunRecord =>
  parseWrittenDocument<RunRecord>(text, file, { kind: 'run', validate: validateRun, schema: runSchema });

const kindOf = (text: string, file: string): unknown => {
  const value = text.trim() === '' ? null : parseJsonFile(text, file);
  return typeof value === 'object' && value !== null ? (value as { kind?: unknown }).kind : undefined;
};

/**
 * The run of a document: itself, or the candidate of a comparison.
 * @throws VoltanaError FILE_MALFORMED or UNKNOWN_KEY
 */
export function parseRunOrComparison(text: string, file: string): RunRecord {
  if (kindOf(text, file) !== 'comparison') return parseRun(text, file);
  const kind = { kind: 'comparison', validate: validateComparison, schema: comparisonSchema } as const;
  return parseWrittenDocument<Comparison>(text, file, kind).candidate;
}
