import { existsSync } from 'node:fs';
import { brotliCompressSync } from 'node:zlib';
import { build, stop } from 'esbuild';
import { pack } from '../quick/packed-script.js';
import { DIST, inRoot, OCLIF_PACK, ROOT } from '../setup/paths.js';
import { SetupError } from '../setup/report.js';
import { notedPackages, notePackages, PACKAGES } from './packages.js';

/** dist name -> source. A process entry that does not exist yet is left out. */
const ENTRIES = {
  cli: 'bin/cli.ts',
  commands: 'commands/index.ts',
  'processes/emulated-instance': 'src/processes/emulated-instance.ts',
  'processes/gateway': 'src/processes/gateway.ts',
  'processes/gateway-worker': 'src/processes/gateway-worker.ts',
  'processes/nvml-reader': 'src/processes/nvml-reader.ts',
  'processes/screen': 'src/processes/screen.ts',
  'processes/tuning-worker': 'src/processes/tuning-worker.ts',
};

/** Loaded only when a TypeScript plugin is used, and larger than everything else together; Ink's debugger is not installed; koffi and tinypool find a part of their own beside themselves. */
const OUTSIDE = ['typescript', 'react-devtools-core', 'koffi', 'tinypool'];
/** Without it React's development half would come along. */
const DEFINED = { 'process.env.NODE_ENV': '"production"' };

/** What the CommonJS packages inside an ESM bundle expect to find. */
const COMMONJS_NAMES = [
  "import { createRequire as $createRequire } from 'node:module';",
  "import { dirname as $dirname } from 'node:path';",
  "import { fileURLToPath as $fileURLToPath } from 'node:url';",
  'const require = $createRequire(import.meta.url), __filename = $fileURLToPath(import.meta.url), __dirname = $dirname(__filename);',
].join('\n');

const TARGET = { platform: 'node', target: 'node20', format: 'esm', bundle: true, write: false, logLevel: 'silent' };

const asSetupError = (error) => {
  const first = error.errors?.[0];
  const place = first?.location ? `${first.location.file}:${first.location.line}: ` : '';
  return new SetupError(`the build failed: ${place}${first?.text ?? error.message}`, 'Correct the source and run again.', 1);
};

/** esbuild keeps a helper process; `stop` ends it, so that nothing outlives set-up. */
const esbuild = async (options) => {
  try {
    const { outputFiles, metafile } = await build({ ...TARGET, absWorkingDir: ROOT, metafile: true, ...options });
    notePackages(metafile);
    return outputFiles;
  } catch (error) {
    throw asSetupError(error);
  } finally {
    await stop();
  }
};

/** oclif stays outside: bin/quick/oclif.js loads it from its own file, with V8's code cache. */
const QUICK_OCLIF = {
  name: 'quick-oclif',
  setup: ({ onResolve }) => onResolve({ filter: /^@oclif\/core$/ }, () => ({ path: '#oclif', external: true })),
};

/** Bundles one piece of generated code that resolves its imports from `resolveDir`. */
export const buildFromText = (contents, resolveDir) => esbuild({ stdin: { contents, resolveDir }, minifySyntax: true });

/** oclif and what it needs as one CommonJS file, without its code cache yet. */
const packOclif = async () => {
  const [code] = await esbuild({
    stdin: { contents: "module.exports = require('@oclif/core');", resolveDir: ROOT },
    format: 'cjs',
    external: OUTSIDE,
    define: DEFINED,
    minify: true,
    legalComments: 'none',
  });
  // A script with a code cache has no import() of its own on Node 20: the loader hands it one.
  return { path: OCLIF_PACK, contents: pack(code.text.replaceAll('await import(', 'await $import(')) };
};

const PAGE_SOURCES = ['src/page/browser/main.ts', 'src/page/report.css'];

/**
 * What a report's page carries within itself: its script with the charts, and its style. The script is kept compressed: it is an eighth of
 * the package otherwise.
 */
const packPage = async () => {
  const files = await esbuild({
    entryPoints: PAGE_SOURCES.filter((source) => existsSync(inRoot(source))).map((source) => ({ in: source, out: 'page/report' })),
    outdir: DIST,
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
    globalName: 'voltanaReport',
    define: DEFINED,
    minify: true,
    legalComments: 'none',
  });
  return files.map(({ path, contents }) =>
    path.endsWith('.js') ? { path: `${path}.br`, contents: brotliCompressSync(contents) } : { path, contents },
  );
};

/** Where there is no browser the page's own script draws: one copy of the charts in the package, and files show what pages show. */
const PAGE_DRAWS = {
  name: 'page-draws',
  setup: ({ onLoad }) => onLoad({ filter: /src\/page\/charts\/draw\.ts$/ }, () => ({ contents: PAGE_DRAWER, loader: 'js' })),
};
const PAGE_DRAWER = `
  import { readFileSync } from 'node:fs';
  import { createContext, runInContext } from 'node:vm';
  import { brotliDecompressSync } from 'node:zlib';
  const context = createContext({ console, setTimeout, clearTimeout });
  runInContext(brotliDecompressSync(readFileSync(new URL('../page/report.js.br', import.meta.url))).toString(), context);
  export const drawStill = context.voltanaReport.drawStill;
`;

/**
 * All entries as ESM with shared chunks, packages included: loading oclif file by file costs 100 ms of every start.
 * @returns {Promise<{path: string, contents: Uint8Array}[]>} entries last
 */
export const bundle = async () => {
  const entryPoints = Object.fromEntries(Object.entries(ENTRIES).filter(([, source]) => existsSync(inRoot(source))));
  const files = await esbuild({
    entryPoints,
    external: OUTSIDE,
    define: DEFINED,
    banner: { js: COMMONJS_NAMES },
    plugins: [QUICK_OCLIF, PAGE_DRAWS],
    splitting: true,
    outdir: DIST,
    outbase: ROOT,
    chunkNames: 'chunks/[name]-[hash]',
    minify: true,
    // The stack of a bug that somebody reports still says where it was.
    keepNames: true,
    sourcemap: 'linked',
    legalComments: 'none',
  });
  const isChunk = (file) => file.path.includes('/chunks/');
  const [oclif, page] = [await packOclif(), await packPage()];
  const packages = { path: PACKAGES, contents: `${JSON.stringify(notedPackages(), null, 2)}\n` };
  return [oclif, ...page, packages, ...files.filter(isChunk), ...files.filter((file) => !isChunk(file))];
};
