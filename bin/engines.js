// `npm run test:engines -- [--limit SECONDS] [PART...]`: sets real engines up in a folder of their own and tests voltana with them.
// What cannot be had here is skipped with one line. The last line on stdout is `N passed, N failed, N skipped`.
import './setup/require-node.js';
import { mkdirSync } from 'node:fs';

const { say, reportFailure, SetupError } = await import('./setup/report.js');
const { interruptible } = await import('./setup/interruption.js');
const { prepare } = await import('./setup/prepare.js');
const { FOLDER, NotHere, deadline } = await import('./engines/tools.js');
const { PARTS } = await import('./engines/parts.js');
const { runMocha } = await import('./engines/mocha.js');

const DEFAULT_LIMIT_S = 3600;

const asked = (argv) => {
  const at = argv.indexOf('--limit');
  const limitS = at === -1 ? DEFAULT_LIMIT_S : Number(argv[at + 1]);
  const names = at === -1 ? argv : argv.toSpliced(at, 2);
  const unknown = names.find((name) => !PARTS.some((part) => part.name === name));
  const known = PARTS.map(({ name }) => name).join(', ');
  if (unknown !== undefined) throw new SetupError(`there is no part "${unknown}"`, `Use one of: ${known}.`, 2);
  if (!(limitS > 0)) throw new SetupError('--limit needs a number of seconds', 'Leave it out for an hour.', 2);
  return { limitS, parts: names.length === 0 ? PARTS : PARTS.filter(({ name }) => names.includes(name)) };
};

/** @returns what the tests need of the part; null when it cannot be had here */
const setUp = async (part, limitMs, onInterrupt) => {
  say(`${part.name}: setting it up in ${FOLDER}`);
  try {
    return await part.setUp({ time: deadline(limitMs), onInterrupt });
  } catch (error) {
    if (!(error instanceof NotHere)) throw error;
    say(`skipped: ${part.name}, because ${error.message}`);
    return null;
  }
};

const run = async (onInterrupt) => {
  try {
    const { limitS, parts } = asked(process.argv.slice(2));
    await prepare({ built: 'fresh' });
    mkdirSync(FOLDER, { recursive: true });
    const ready = {};
    for (const part of parts) ready[part.name] = await setUp(part, limitS * 1000, onInterrupt);
    return await runMocha(ready, onInterrupt);
  } catch (error) {
    return { exitCode: reportFailure(error), line: '0 passed, 1 failed, 0 skipped' };
  }
};

const { exitCode, line } = await interruptible(run);
process.stdout.write(`${line}\n`, () => process.exit(exitCode));
