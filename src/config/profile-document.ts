import { VoltanaError } from '../domain/errors.ts';
import type { ProfileDocument, ProfilePoint } from '../domain/profile.ts';
import { validateProfile } from '../schemas/compiled/validators.js';
import profileSchema from '../schemas/profile.schema.json' with { type: 'json' };
import { parseWrittenDocument } from './written-document.ts';

/** Beyond this no figure of an iteration lies, whatever its unit: a damaged number is told before it bends a fit. */
const MOST_FIGURE = 1e9;

const figuresOf = ({ requestedClockMhz, batch, contextTokens = 0, promptTokens = 0, latencyMs, powerW, energyJ }: ProfilePoint) => ({
  requestedClockMhz,
  batch,
  contextTokens,
  promptTokens,
  latencyMs,
  powerW,
  energyJ,
});

/**
 * A profile from its file. Beyond the schema: no point has a figure that none can have. What is zero or missing is for the fit to leave out.
 * @throws VoltanaError FILE_MALFORMED or UNKNOWN_KEY
 */
export function parseProfile(text: string, file: string): ProfileDocument {
  const profile = parseWrittenDocument<ProfileDocument>(text, file, { kind: 'profile', validate: validateProfile, schema: profileSchema });
  profile.points.forEach((point, i) => {
    const odd = Object.entries(figuresOf(point)).find(([, value]) => value > MOST_FIGURE);
    if (odd)
      throw new VoltanaError('FILE_MALFORMED', `${file}: points[${i}].${odd[0]} is ${odd[1]}, which no iteration has`, {
        hint: 'Measure it again.',
      });
  });
  return profile;
}
