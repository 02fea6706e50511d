import type { Explanation } from '../../config/errors-from-ajv.ts';
import { inspectFile } from '../../config/inspect.ts';
import type { Store } from '../../ports/store.ts';
import type { Library } from '../library.ts';
import { unknownIds } from './unknown-ids.ts';

export interface Validation {
  readonly schemaVersion: 1;
  readonly kind: 'validation';
  readonly file: string;
  /** Of the file; null when it does not say. */
  readonly of: string | null;
  readonly valid: boolean;
  readonly problems: readonly Explanation[];
}

/** Everything that is wrong with a settings or cluster file. @throws VoltanaError FILE_UNREADABLE or, for no YAML at all, FILE_MALFORMED */
export async function validateFile(file: string, store: Store, library: Library): Promise<Validation> {
  const { kind, value, problems: found } = await inspectFile(await store.read(file), file);
  const problems = found.length > 0 ? found : await unknownIds(kind, value, file, library);
  return { schemaVersion: 1, kind: 'validation', file, of: kind, valid: problems.length === 0, problems };
}
