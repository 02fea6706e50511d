import { store } from '../src/compose.ts';
import { VoltanaError } from '../src/domain/errors.ts';
import type { Tuning } from '../src/domain/tuning.ts';
import { toJson } from '../src/reporting/json.ts';
import type { Result } from '../src/reporting/run/findings.ts';
import { formatOf, type ResultKind } from '../src/reporting/run/format-of.ts';
import { resultText } from '../src/reporting/run/render.ts';

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

/** The same for a run or a comparison, which leave in several formats. @throws VoltanaError BAD_VALUE, FILE_UNWRITABLE */
export async function checkResultOutputs(files: readonly string[] = [], kind: ResultKind = 'run'): Promise<readonly string[]> {
  for (const file of files) {
    formatOf(file, kind);
    await store().assertWritable(file);
  }
  return files;
}

/** Writes a finished document to every file, also after one has failed. @throws the first failure */
export const writeOutputs = (files: readonly string[], document: unknown): Promise<void> => writeAll(files, () => toJson(document));

/** Writes a run or a comparison to every file in the format that its ending says, also after one has failed. @throws the first failure */
export const writeResultOutputs = (files: readonly string[], result: Result): Promise<void> =>
  writeAll(files, (file) => {
    const format = formatOf(file, result.kind);
    return format === 'html' ? pageOf(file, result) : resultText(result, format);
  });

/** The page of a report of this document alone. Charts are loaded when somebody wants to see them. */
export async function pageOf(file: string, document: Result | Tuning): Promise<string> {
  const { documentPage } = await import('../src/compose/reporting.ts');
  return documentPage(file, document);
}

/** Writes to every file what is to stand in it, also after one has failed. @throws the first failure */
export const writeTextOutputs = (files: readonly string[], textFor: TextFor): Promise<void> => writeAll(files, textFor);

type TextFor = (file: string) => string | Promise<string>;

async function writeAll(files: readonly string[], textFor: TextFor): Promise<void> {
  const results = await Promise.allSettled(files.map(async (file) => store().write(file, await textFor(file))));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}
