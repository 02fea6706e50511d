import { store } from '../src/compose.ts';
import { VoltanaError } from '../src/domain/errors.ts';
import { toJson } from '../src/reporting/json.ts';

/**
 * `--output` files are told by their ending, and must be writable before the work begins.
 * @throws VoltanaError BAD_VALUE, FILE_UNWRITABLE
 */
export async function checkOutputs(files: readonly string[] = [], endings: readonly string[] = ['.json']): Promise<readonly string[]> {
  for (const file of files) {
    if (!endings.some((ending) => file.endsWith(ending)))
      throw new VoltanaError('BAD_VALUE', `--output "${file}" has no known ending`, {
        hint: `Use a file name that ends in ${endings.join(' or ')}.`,
      });
    await store().assertWritable(file);
  }
  return files;
}

/** Writes a finished document to every file, also after one has failed. @throws the first failure */
export async function writeOutputs(files: readonly string[], document: unknown): Promise<void> {
  const results = await Promise.allSettled(files.map((file) => store().write(file, toJson(document))));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}
