import { VoltanaError } from '../domain/errors.ts';
import type { ProfileDocument, ProfilePoint, RecordedPoint } from '../domain/profile.ts';
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
 * What a fit is made of. @throws VoltanaError BAD_VALUE for a profile of an engine whose clocks nobody drove, or whose joules nobody counted
 */
function checkKnown(points: readonly RecordedPoint[], file: string): void {
  const unknown = [
    ...(points.some(({ requestedClockMhz }) => requestedClockMhz === null) ? ['no clock was driven'] : []),
    ...(points.some(({ powerW }) => powerW === null) ? ['no power was metered'] : []),
  ];
  if (unknown.length === 0) return;
  throw new VoltanaError('BAD_VALUE', `${file}: ${unknown.join(' and ')} while it was measured, so it tells of no clock what it costs`, {
    hint: 'Name the agents of the nodes with control.agents in the cluster file, then profile again; its latencies are in the points as they are.',
  });
}

/**
 * A profile from its file. Beyond the schema: no point has a figure that none can have. What is zero or missing is for the fit to leave out.
 * @throws VoltanaError FILE_MALFORMED, UNKNOWN_KEY or BAD_VALUE
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
  checkKnown(profile.points, file);
  return profile;
}
