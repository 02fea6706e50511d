import { VoltanaError } from '../domain/errors.ts';
import type { ProfileDocument, ProfilePoint } from '../domain/profile.ts';
import { validateProfile } from '../schemas/compiled/validators.js';
import profileSchema from '../schemas/profile.schema.json' with { type: 'json' };
import { parseWrittenDocument } from './written-document.ts';

/** Beyond these no figure of an iteration lies: a damaged number is told before it bends a fit. */
const LEAST_FIGURE = 1e-9;
const MOST_FIGURE = 1e9;
const FIGURES = ['clockMhz', 'requestedClockMhz', 'batch', 'latencyMs', 'powerW', 'energyJ'] as const;

/** What is wrong with a point that counts, beyond its schema; null when nothing is. */
function problemOf(point: ProfilePoint): string | null {
  const odd = FIGURES.find((key) => !(point[key] >= LEAST_FIGURE && point[key] <= MOST_FIGURE));
  if (odd !== undefined) return `${odd} is ${point[odd]}, which no valid point has`;
  const tokens = point.phase === 'decode' ? point.contextTokens : point.promptTokens;
  const key = point.phase === 'decode' ? 'contextTokens' : 'promptTokens';
  if (tokens === undefined) return `a ${point.phase} point needs ${key}`;
  return tokens <= MOST_FIGURE ? null : `${key} is ${tokens}, which no request has`;
}

/**
 * A profile from its file. Beyond the schema: every valid point has figures that can be fitted.
 * @throws VoltanaError FILE_MALFORMED or UNKNOWN_KEY
 */
export function parseProfile(text: string, file: string): ProfileDocument {
  const profile = parseWrittenDocument<ProfileDocument>(text, file, { kind: 'profile', validate: validateProfile, schema: profileSchema });
  profile.points.forEach((point, i) => {
    const problem = point.valid ? problemOf(point) : null;
    if (problem !== null) throw new VoltanaError('FILE_MALFORMED', `${file}: points[${i}]: ${problem}`, { hint: 'Measure it again.' });
  });
  return profile;
}
