import type { DocumentHeader } from '../domain/run-record.ts';

/** A header without what the document's builder knows itself. */
export type HeaderFields = Omit<DocumentHeader<string>, 'schemaVersion' | 'kind'>;

/** Field by field: a caller may hand in another document's whole header, whose kind must not leak in. */
export const documentHeader = <K extends string>(kind: K, fields: HeaderFields): DocumentHeader<K> => ({
  schemaVersion: 1,
  kind,
  voltana: fields.voltana,
  createdAt: fields.createdAt,
  seed: fields.seed,
  argv: fields.argv,
  environment: fields.environment,
  evidence: fields.evidence,
});
