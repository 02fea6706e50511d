import type { Tuning } from '../../domain/tuning.ts';
import { toJson } from '../json.ts';
import { tuningCsv } from './csv.ts';
import { tuningMarkdown } from './markdown.ts';

/** Endings of files that a search is written to, the document itself first. */
export const TUNING_ENDINGS = ['.json', '.csv', '.md'] as const;
type Ending = (typeof TUNING_ENDINGS)[number];

const WRITERS: Readonly<Record<Ending, (tuning: Tuning) => string>> = { '.json': toJson, '.csv': tuningCsv, '.md': tuningMarkdown };

/** As the ending of a file says. @param file that ends in one of `TUNING_ENDINGS` */
export const tuningText = (tuning: Tuning, file: string): string =>
  WRITERS[TUNING_ENDINGS.find((ending) => file.endsWith(ending)) ?? '.json'](tuning);
