import { readFileSync } from 'node:fs';
import { OVERVIEW } from '../setup/paths.js';
import { rootHelp, userAgent } from './root-help.js';

/** [arguments, answer]. Nothing at all asks for help. */
const ANSWERS = [
  ['', (overview) => rootHelp(overview, process.stdout)],
  ['--help', (overview) => rootHelp(overview, process.stdout)],
  ['--version', (overview) => `${userAgent(overview)}\n`],
];

const readOverview = () => {
  try {
    return JSON.parse(readFileSync(OVERVIEW, 'utf8'));
  } catch {
    return null;
  }
};

/**
 * What needs no command, told from what the build wrote down: oclif would take twice as long to load as Node itself.
 * @returns the same as dist/cli.js, or null when it has to be asked after all
 */
export const quickCli = (argv) => {
  const [, answer] = ANSWERS.find(([words]) => words === argv.join(' ')) ?? [];
  const overview = answer && readOverview();
  if (!overview) return null;
  const cli = async () => {
    process.stdout.write(answer(overview));
    return 0;
  };
  return { cli };
};
