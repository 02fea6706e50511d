import type { Tuning } from '../../domain/tuning.ts';
import { toJson } from '../json.ts';
import { tuningCsv } from './csv.ts';
import { tuningMarkdown } from './markdown.ts';

/** Endings of files that a search is written to, the document itself first. */
export const TUNING_ENDINGS = ['.json', '.csv', '.md', '.html'] as const;
/** A page needs more than the document: charts, and what draws them. */
type Ending = Exclude<(typeof TUNING_ENDINGS)[number], '.html'>;

const TEXT_ENDINGS = ['.json', '.csv', '.md'] as const satisfies readonly Ending[];

const WRITERS: Readonly<Record<Ending, (tuning: Tuning) => string>> = { '.json': toJson, '.csv': tuningCsv, '.md': tuningMarkdown };

/** As the ending of a file says. @param file that ends in one of `TUNING_ENDINGS`, and is no page */
export const tuningText = (tuning: Tuning, file: string): string =>
  WRITERS[TEXT_ENDINGS.find((ending) => file.endsWith(ending)) ?? '.json'](tuning);
