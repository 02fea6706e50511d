import type { DvfsRequests, FittedCards, FittedDocument, ProfileDocument } from '../../src/domain/profile.ts';
import { fitProfile } from '../../src/prediction/fit/fit-profile.ts';
import { documentHeader } from '../../src/telemetry/document-header.ts';
import { COMMAND, sourceOf } from './recipe.ts';

const DIGITS = 6;

/** No measurement knows more digits, and each of them ships. The cards stay as they are, to the last digit. */
const rounded = <T>(value: T): T =>
  JSON.parse(JSON.stringify(value, (_, each: unknown) => (typeof each === 'number' ? Number(each.toPrecision(DIGITS)) : each))) as T;

/** The fit that ships: of a profile, with where it comes from. Its numbers end where no measurement knows more. */
export function shippedFit(profile: ProfileDocument, cards: FittedCards, requests: DvfsRequests): FittedDocument {
  const { provenance, quality, dvfs, instances, warnings } = fitProfile(profile, cards, requests);
  return {
    ...documentHeader('fitted', { ...profile, argv: COMMAND.split(' ') }),
    provenance,
    source: sourceOf(cards),
    ...rounded({ quality, dvfs }),
    dvfsRequests: requests,
    ...rounded({ instances }),
    cards,
    warnings,
  };
}

const LINE = 160;

/** As small as it can be and still be read and compared: whatever fits on a line stands on one. */
export function print(value: unknown, indent = ''): string {
  const flat = JSON.stringify(value);
  if (typeof value !== 'object' || value === null || flat.length + indent.length <= LINE) return flat;
  const deeper = `${indent} `;
  const parts = Array.isArray(value)
    ? value.map((each) => print(each, deeper))
    : Object.entries(value).map(([key, each]) => `${JSON.stringify(key)}:${print(each, deeper)}`);
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  return `${open}\n${parts.map((part) => deeper + part).join(',\n')}\n${indent}${close}`;
}
