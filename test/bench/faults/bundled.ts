import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

/** One script as plain JavaScript, since hundreds of processes start from it. */
export async function bundled(name: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'voltana-faults-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const outfile = join(folder, `${name}.mjs`);
  const entry = new URL(`${name}.ts`, import.meta.url).pathname;
  const banner = { js: "import { createRequire as $r } from 'node:module'; const require = $r(import.meta.url);" };
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['koffi'],
    banner,
    logLevel: 'silent',
  });
  return outfile;
}
