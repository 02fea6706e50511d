import { VoltanaError } from '../../domain/errors.ts';
import type { Store } from '../../ports/store.ts';
import { fitFigures } from '../../reporting/fit/figures.ts';
import { toJson } from '../../reporting/json.ts';
import type { Figure } from '../../reporting/plot/figure.ts';
import { svgPlot } from '../../reporting/plot/svg.ts';
import { companionFile, LOOKUP_SUBJECTS } from '../../prediction/tables/lookup.ts';
import { fitCurves } from './curves.ts';
import type { FitResult } from './fit.ts';
import { lookupFiles, type TextFile } from './lookup-files.ts';
import type { FitPorts } from './request.ts';

const isCsv = (file: string): boolean => /\.csv$/i.test(file);

/**
 * Lookup tables are several files: all must be writable before the work begins.
 * @throws VoltanaError BAD_FLAG, FILE_UNWRITABLE
 */
export async function checkFitOutputs(files: readonly string[], format: string | undefined, store: Store): Promise<void> {
  const tables = files.filter(isCsv);
  if (format !== undefined && tables.length === 0) {
    throw new VoltanaError('BAD_FLAG', `--format ${format} has no file to go to`, { hint: 'Give --output FILE.csv.' });
  }
  for (const file of tables) for (const subject of LOOKUP_SUBJECTS) await store.assertWritable(companionFile(file, subject));
}

/** The pictures of a fit, with what they rest on. */
export const figuresOf = (result: FitResult): Figure[] => {
  const { evidence, provenance } = result.fitted;
  return fitFigures(fitCurves(result), `${evidence}: ${provenance.model} on ${provenance.gpu}, tp ${provenance.tp}`);
};

function textsFor(result: FitResult, file: string): TextFile[] {
  if (isCsv(file)) return lookupFiles(result, file);
  return [{ file, text: /\.svg$/i.test(file) ? svgPlot(figuresOf(result)) : toJson(result.fitted) }];
}

/**
 * A table of an earlier fit beside those of this one would be read as a part of it.
 * @throws VoltanaError FILE_UNWRITABLE
 */
async function checkNoStranger(file: string, written: readonly TextFile[], exists: FitPorts['exists']): Promise<void> {
  for (const subject of LOOKUP_SUBJECTS) {
    const other = companionFile(file, subject);
    if (written.some((each) => each.file === other) || !(await exists(other))) continue;
    throw new VoltanaError('FILE_UNWRITABLE', `Cannot write ${file}: ${other} lies beside it and would be read as a part of it.`, {
      hint: 'Remove it, or choose another name.',
    });
  }
}

type WritePorts = Omit<FitPorts, 'library'> & { readonly onWritten?: (file: string) => void };

async function writeOne(result: FitResult, file: string, { store, exists, onWritten }: WritePorts): Promise<void> {
  const texts = textsFor(result, file);
  if (isCsv(file)) await checkNoStranger(file, texts, exists);
  for (const { file: path, text } of texts) {
    await store.write(path, text);
    onWritten?.(path);
  }
}

/** Every file that `--output` asked for, also after one could not be written. @throws the first failure */
export async function writeFit(result: FitResult, files: readonly string[], ports: WritePorts): Promise<void> {
  const written = await Promise.allSettled(files.map((file) => writeOne(result, file, ports)));
  const failed = written.find((each) => each.status === 'rejected');
  if (failed) throw failed.reason;
}
