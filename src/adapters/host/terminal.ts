/**
 * Whether stdout takes colours: a terminal that is not a dumb one, and nobody said no (no-color.org: any value but
 * the empty one). No variable forces them into a pipe, whose reader would have to take them out again.
 */
export const takesColor = (isTerminal = process.stdout.isTTY, env: NodeJS.ProcessEnv = process.env): boolean =>
  isTerminal && !env['NO_COLOR'] && env['TERM'] !== 'dumb';

const says = (value: string | undefined): boolean => value !== undefined && !['', '0', 'false'].includes(value);

/**
 * Whether stdout takes a live screen: a terminal with a cursor to move, and a person before it who sees it. A picture that
 * is drawn anew again and again is nothing to listen to: `INK_SCREEN_READER`, which other programs heed too, gets lines.
 */
export const takesScreen = (isTerminal = process.stdout.isTTY, env: NodeJS.ProcessEnv = process.env): boolean =>
  isTerminal && env['TERM'] !== 'dumb' && ['CI', 'CONTINUOUS_INTEGRATION', 'INK_SCREEN_READER'].every((name) => !says(env[name]));

/** How wide the terminal on stdout is; null in a pipe, and where the terminal does not say. */
export const columnsOf = ({ isTTY, columns }: Pick<NodeJS.WriteStream, 'isTTY' | 'columns'> = process.stdout): number | null =>
  isTTY && columns > 0 ? columns : null;
