/** What set-up could not do: one line for people, and how the process ends. */
export class SetupError extends Error {
  constructor(message, hint, exitCode = 3) {
    super(message);
    this.hint = hint;
    this.exitCode = exitCode;
  }
}

/** Set-up speaks on stderr only: stdout belongs to the command's document. */
export const say = (text) => process.stderr.write(`voltana: ${text}\n`);

export const seconds = (startedMs) => `${((performance.now() - startedMs) / 1000).toFixed(1)} s`;

/** One line: what is wrong, then what to do. */
export const oneLine = (message, hint) => {
  const sentence = message.trim();
  return `error: ${sentence}${/[.!?]$/.test(sentence) ? '' : '.'}${hint ? ` ${hint}` : ''}`;
};

/** Prints the error and returns the exit code that it asks for; anything unexpected is a bug. */
export const reportFailure = (error) => {
  if (error instanceof SetupError) {
    process.stderr.write(`${oneLine(error.message, error.hint)}\n`);
    return error.exitCode;
  }
  process.stderr.write(`${error?.stack ?? error}\n${oneLine('Set-up failed unexpectedly', 'Please report this with the lines above.')}\n`);
  return 1;
};
