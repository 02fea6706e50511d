import { ERRORS, type CatalogueEntry } from '../../src/domain/errors.ts';
import { EXIT, EXIT_MEANINGS, type ExitCode } from '../../src/domain/exit-codes.ts';
import { table } from './table.ts';

const KINDS: Readonly<Record<CatalogueEntry['kind'], string>> = {
  user: 'what was asked for cannot be done: correct it',
  environment: 'this machine is not ready',
  external: 'something that voltana talks to failed',
  bug: 'voltana itself is wrong',
  signal: 'somebody ended it',
};

const exitRows = (): string[][] => {
  const codes = Object.values(EXIT).sort((a, b) => a - b);
  const errorsOf = (code: ExitCode): string =>
    Object.entries(ERRORS)
      .filter(([, { exitCode }]) => exitCode === code)
      .map(([name]) => `\`${name}\``)
      .join(', ');
  return codes.map((code) => [String(code), EXIT_MEANINGS[code], errorsOf(code)]);
};

const errorRows = (): string[][] =>
  Object.entries(ERRORS).map(([code, { kind, exitCode, hint }]) => [`\`${code}\``, kind, `${exitCode}: ${EXIT_MEANINGS[exitCode]}`, hint]);

/** docs/errors.md, from the catalogue. */
export const errorsPage = (): string => `<!-- Written by \`npm run docs\` from src/domain/errors.ts and src/domain/exit-codes.ts. -->
# Errors and exit codes

A command that fails says so in one line on stderr: \`error: \`, what is wrong, and what to do next. \`--verbose\` adds the stack. What to
do next depends on the case; the hints below are for when nothing better is known.

## Exit codes

When several apply, the first in this order wins: 130 and 143, then 1 to 5, then 6, 99, 7, 0.

${table(['exit code', 'meaning', 'errors'], exitRows())}

## Errors

The kinds: ${Object.entries(KINDS)
  .map(([kind, what]) => `\`${kind}\` (${what})`)
  .join(', ')}.

${table(['error', 'kind', 'exit code', 'what to do next'], errorRows())}
`;
