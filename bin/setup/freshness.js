import { createHash } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { readBuildStamp } from './build-stamp.js';
import { inRoot, VALIDATORS } from './paths.js';

const INPUTS = ['src', 'commands', 'profiles', 'bin', 'package.json', 'package-lock.json'];
const GENERATED = 'src/schemas/compiled';

const filesUnder = (relative) => {
  const stat = statSync(inRoot(relative), { throwIfNoEntry: false });
  if (stat === undefined || relative === GENERATED) return [];
  if (!stat.isDirectory()) return [`${relative} ${stat.mtimeMs} ${stat.size}`];
  const names = readdirSync(inRoot(relative)).filter((name) => !name.startsWith('.') && !name.endsWith('~'));
  return names.sort().flatMap((name) => filesUnder(`${relative}/${name}`));
};

/**
 * The state of all that a build reads. Compared for equality, not for "newer": a file that was removed, restored
 * to an older version or edited during the build makes the build stale as well.
 */
export const fingerprint = () => createHash('sha256').update(INPUTS.flatMap(filesUnder).join('\n')).digest('hex');

export const isFresh = () => existsSync(VALIDATORS) && readBuildStamp()?.fingerprint === fingerprint();
