/**
 * Whether stdout takes colours: a terminal that is not a dumb one, and nobody said no (no-color.org: any value but
 * the empty one). No variable forces them into a pipe, whose reader would have to take them out again.
 */
export const takesColor = (isTerminal = process.stdout.isTTY, env: NodeJS.ProcessEnv = process.env): boolean =>
  isTerminal && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
