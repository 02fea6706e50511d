import { VoltanaError } from '../../domain/errors.ts';
import { reasonsText } from '../../domain/point-reasons.ts';
import type { ProfilePoint } from '../../domain/profile.ts';

const FIGURES = ['requestedClockMhz', 'batch', 'latencyMs', 'powerW', 'energyJ'] as const;

/** Which figures are missing in how many points. A quieter machine would not mend them: the file is damaged. */
function damaged(points: readonly ProfilePoint[]): VoltanaError {
  const zeros = FIGURES.map((key) => [key, points.filter((point) => !(point[key] > 0)).length] as const).filter(([, count]) => count > 0);
  const which = zeros.map(([key, count]) => `${key} is not above 0 in ${count}`).join(', ') || 'they have no tokens';
  return new VoltanaError('FILE_MALFORMED', `none of the ${points.length} valid points of the profile can be fitted: ${which}`, {
    hint: 'The profile is damaged: measure it again.',
  });
}

/** Why a profile leaves nothing to fit, for whoever has to mend it. */
export function nothingToFit(points: readonly ProfilePoint[]): VoltanaError {
  const valid = points.filter((point) => point.valid && !point.control);
  if (valid.length > 0) return damaged(valid);
  const invalid = points.filter((point) => !point.valid);
  if (invalid.length === 0) {
    const text = points.length === 0 ? 'the profile has no valid point: it is empty' : 'the profile has no valid point beside its controls';
    return new VoltanaError('MEASUREMENT_INVALID', text, { hint: 'Measure one with `voltana profile`.' });
  }
  return new VoltanaError('MEASUREMENT_INVALID', `the profile has no valid point: ${reasonsText(invalid)}`, {
    hint: 'Mend what these reasons name, then measure again.',
  });
}
