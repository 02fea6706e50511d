/**
 * `npm run fitted-profile` profiles the shipped emulated cluster on virtual time and writes the fit that ships, profiles/fitted/*.json. To be run
 * again whenever a card, the cluster file, the emulator or the fit changes. Half a minute. A file that says the same stays as it is.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { shippedCard } from '../src/compose.ts';
import { planProfile, runProfile } from '../src/compose/profiling.ts';
import type { FittedDocument, ProfileDocument } from '../src/domain/profile.ts';
import { dvfsRequests } from '../src/runs/fitting/from-profiles.ts';
import type { WorkloadCard } from '../src/workload/card.ts';
import { print, shippedFit } from './fitted-profile/document.ts';
import { COMMAND, RECIPE } from './fitted-profile/recipe.ts';

const FILE = fileURLToPath(new URL(`../profiles/fitted/${RECIPE.id}.json`, import.meta.url));

const { cluster, clocks, maxGpuMinutes, seed } = RECIPE;
const options = await planProfile({ cluster, phase: undefined, clocks, instances: 'all', maxGpuMinutes, seed, virtualTime: true });
if (options.real) throw new Error(`${cluster} is no emulated cluster`);
const silent = { onNote: () => undefined, onStart: () => undefined, onPoint: () => undefined, onLog: () => undefined };
const { document } = await runProfile(options, { output: undefined, resume: undefined }, COMMAND.split(' '), silent);
const { gpu, model, engine } = options;
const { card } = await shippedCard(RECIPE.workload, 'workload');
const made = shippedFit(document as ProfileDocument, { gpu, model, engine }, dvfsRequests(card as WorkloadCard));

const same = (a: FittedDocument, b: FittedDocument): boolean => {
  const content = ({ createdAt: _, environment: __, ...rest }: FittedDocument): string => JSON.stringify(rest);
  return content(a) === content(b);
};
const before = await readFile(FILE, 'utf8').then(
  (text) => JSON.parse(text) as FittedDocument,
  () => null,
);
if (before === null || !same(before, made)) await writeFile(FILE, `${print(made)}\n`);
process.stderr.write(`${FILE} ${before !== null && same(before, made) ? 'is current' : 'written'}\n`);
