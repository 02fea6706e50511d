import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';

/** Whoever asks where its source lies is told so, wherever it runs. */
const OWN_PLACE: Plugin = {
  name: 'own place',
  setup: ({ onLoad }) =>
    onLoad({ filter: /[/\\](src|test)[/\\].*\.ts$/ }, ({ path }) => ({
      loader: 'ts',
      contents: readFileSync(path, 'utf8').replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)),
    })),
};

/**
 * A script as one file of JavaScript, as the product is built: a loader of TypeScript keeps the names of functions, and that
 * costs a tenth to a quarter of a simulation's time. It goes with this process.
 */
export async function bundled(script: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'voltana-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const outfile = join(folder, 'script.cjs');
  await build({ entryPoints: [script], outfile, bundle: true, platform: 'node', target: 'node20', format: 'cjs', plugins: [OWN_PLACE] });
  return outfile;
}
