import { VoltanaError } from '../domain/errors.ts';
import type { FittedDocument, FittedInstance } from '../domain/profile.ts';
import { validateFitted } from '../schemas/compiled/validators.js';
import fittedSchema from '../schemas/fitted.schema.json' with { type: 'json' };
import { parseWrittenDocument } from './written-document.ts';

const ascend = (values: readonly number[]): boolean => values.every((value, i) => i === 0 || value > values[i - 1]!);

/** What is wrong with an instance beyond its schema; null when nothing is. */
function problemOf({ levels, range, model, physics }: FittedInstance): string | null {
  if (!ascend(levels.map(({ clockMhz }) => clockMhz))) return 'the clocks of its levels must ascend';
  if (!levels.every(({ segments }) => ascend(segments.map(({ batch }) => batch[0])))) return 'the segments of a level must ascend';
  if (range.batch[0] > range.batch[1] || range.tokens[0] > range.tokens[1]) return 'its range ends before it begins';
  return model === 'physics' && physics === null ? 'its model is "physics", but it has none' : null;
}

/**
 * A fit from its file. Beyond the schema: its instances can be asked.
 * @throws VoltanaError FILE_MALFORMED or UNKNOWN_KEY
 */
export function parseFitted(text: string, file: string): FittedDocument {
  const fitted = parseWrittenDocument<FittedDocument>(text, file, { kind: 'fitted', validate: validateFitted, schema: fittedSchema });
  fitted.instances.forEach((instance, i) => {
    const problem = problemOf(instance);
    if (problem !== null)
      throw new VoltanaError('FILE_MALFORMED', `${file}: instances[${i}]: ${problem}`, { hint: 'Fit the profile again.' });
  });
  return fitted;
}
