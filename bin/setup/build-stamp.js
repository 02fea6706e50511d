import { readFileSync } from 'node:fs';
import { BUILD_STAMP } from './paths.js';

/** What the last complete build left: `{fingerprint, files}`, or null. */
export const readBuildStamp = () => {
  try {
    return JSON.parse(readFileSync(BUILD_STAMP, 'utf8'));
  } catch {
    return null;
  }
};

export const isBuilt = () => readBuildStamp() !== null;
