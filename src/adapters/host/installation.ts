import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = fileURLToPath(import.meta.url);

const findRoot = (folder: string): string => {
  if (existsSync(join(folder, 'package.json'))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error(`no package.json above ${here}`);
  return findRoot(parent);
};

/** The folder of voltana's package.json, from the sources and from the bundle alike: `profiles/` is there. */
export const packageRoot = (): string => findRoot(dirname(here));

/**
 * How to start one of voltana's own process entries, as `node ...args`: bundled when we run bundled, from source otherwise.
 * @param name file name in src/processes without its ending
 */
export const processArgs = (name: string): readonly string[] => {
  const root = packageRoot();
  const bundled = here.startsWith(join(root, 'dist') + sep);
  return bundled ? [join(root, 'dist', 'processes', `${name}.js`)] : ['--import', 'tsx', join(root, 'src', 'processes', `${name}.ts`)];
};

/** The loader of `--import tsx` leaves threads alone: one asks for it itself. */
const tsxInThread = (): string => {
  const api = pathToFileURL(createRequire(here).resolve('tsx/esm/api').replace(/cjs$/, 'mjs')).href;
  return `data:text/javascript,import { register } from ${JSON.stringify(api)}; register();`;
};

/** The same for one that is a thread of this process. */
export const threadEntry = (name: string): { readonly file: string; readonly execArgv: readonly string[] } => {
  const args = processArgs(name);
  return { file: args.at(-1)!, execArgv: args.length === 1 ? [] : ['--import', tsxInThread()] };
};
