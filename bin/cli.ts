import { run, settings } from '@oclif/core';
import { describeFailure } from './failure.ts';

/** The sources are bundled: looking for TypeScript to load instead only costs start-up time. */
settings.enableAutoTranspile = false;

/**
 * Runs one command.
 * @param argv the command and its arguments
 * @param root URL of the package.json that configures oclif
 * @returns the exit code; what went wrong has been said on stderr
 */
export const cli = async (argv: readonly string[], root: string): Promise<number> => {
  try {
    await run([...argv], root);
    return Number(process.exitCode ?? 0);
  } catch (error) {
    const { commands } = await import('../commands/index.ts');
    const { exitCode, text } = describeFailure(error, argv.includes('--verbose'), Object.keys(commands));
    if (text !== '') process.stderr.write(`${text}\n`);
    return exitCode;
  }
};
