import type { EngineProcess } from '../../../ports/launcher.ts';
import { quote } from '../shell.ts';

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** `host` wherever it stands, as the node's own name: known only there. */
const wordOn = (text: string, host: string | null): string =>
  host === null || host === '' ? quote(text) : text.split(host).map(quote).join('"$VOLTANA_HOST"');

const assignment = ([name, value]: [string, string], host: string | null): string => {
  if (!NAME.test(name)) throw new RangeError(`"${name}" is no name of an environment variable`);
  return `export ${name}=${wordOn(value, host)}`;
};

/**
 * A shell script that becomes the engine: it lies in the engine's folder, and can be run there by hand.
 * @param host what stands for the node's own name in arguments and variables; null where all names are known
 */
export const startScript = ({ program, args, env }: Pick<EngineProcess, 'program' | 'args' | 'env'>, host: string | null): string => {
  const name = quote(program);
  return [
    '#!/bin/sh',
    ...Object.entries(env).map((entry) => assignment(entry, host)),
    `command -v ${name} >/dev/null 2>&1 || { printf '%s: no such program\\n' ${name} >&2; exit 127; }`,
    `exec ${[name, ...args.map((arg) => wordOn(arg, host))].join(' ')}`,
    '',
  ].join('\n');
};
