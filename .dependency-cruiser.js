/**
 * The walls of the house, as rules over the import graph (docs: ARCHITECTURE.md, "who may import whom"). What a graph
 * cannot see (Date.now, process, console, timers) is in eslint.config.js. test/fixtures/walls breaks each rule once.
 */

/** What decides, from the ground up; each imports only what lies below it. Names on one line are neighbours: they reach each other by injection. */
const LAYERS = [
  ['domain'],
  ['statistics'],
  ['schemas'],
  ['ports'],
  ['workload', 'telemetry', 'prediction', 'custody'],
  ['governing'],
  ['routing'],
  ['control'],
  ['emulation'],
  ['simulation'],
  ['tuning'],
];

/** What each of these may know of src besides itself. */
const VIEWS = { config: ['domain', 'schemas'], reporting: ['domain', 'statistics'], tui: ['domain', 'statistics', 'reporting'], page: [] };

/**
 * What the build puts inside dist: a devDependency, because whoever installs voltana gets it without (decision 20). What it leaves
 * outside is a dependency.
 */
const BUNDLED = [
  '@oclif/core',
  'ajv',
  'autocannon',
  'chalk',
  'csv-parse',
  'echarts',
  'execa',
  'ink',
  'ml-fcnnls',
  'ml-levenberg-marquardt',
  'ml-matrix',
  'react',
  'simple-statistics',
  'undici',
  'yaml',
];

/** Everything that may import an adapter; bin/ and commands/ may not. */
const JOINERS = '^(src/(adapters|processes|compose)/|src/compose(\\.ts$|/)|test/)';
const ADAPTER = '^src/adapters/([^/]+)/';
const EMULATED_ADAPTER = '^src/adapters/(engines|clocks)/emulated/';
const EXPORT_ADAPTER = '^src/adapters/export/';
/** They draw charts; the build puts what they need of ECharts into the bundle. */
const DRAWS = '^src/(page|adapters/export)/';
const folders = (names) => `^src/(${names.join('|')})/`;
const npm = (name) => `node_modules/${name}/`;

const forbid = (name, comment, from, to) => ({ name, severity: 'error', comment, from, to });

/** In src, `from` reaches its own folder and `allowed`, nothing else. */
const onlyKnows = (name, allowed) =>
  forbid(
    `${name}-knows-only-what-lies-below`,
    `${name} imports ${allowed.length === 0 ? 'nothing of src' : `only ${allowed.join(', ')}`}. Inject what it needs of others.`,
    { path: `^src/${name}/` },
    { path: '^(src|commands|bin)/', pathNot: folders([name, ...allowed]) },
  );

const layers = LAYERS.flatMap((layer, rank) => layer.map((name) => onlyKnows(name, LAYERS.slice(0, rank).flat())));
const views = Object.entries(VIEWS).map(([name, allowed]) => onlyKnows(name, allowed));

const adapters = [
  forbid(
    'only-joiners-import-adapters',
    'compose.ts joins adapters to runs; everyone else gets a port.',
    { pathNot: JOINERS },
    { path: '^src/adapters/' },
  ),
  forbid(
    'adapters-know-only-the-ground',
    'An adapter imports domain, statistics, schemas and ports, and its own family.',
    { path: ADAPTER, pathNot: `${EMULATED_ADAPTER}|${EXPORT_ADAPTER}` },
    {
      path: '^(src|commands|bin)/',
      pathNot: folders(['adapters', 'domain', 'statistics', 'schemas', 'ports']),
    },
  ),
  forbid(
    'emulated-adapters-may-emulate',
    'The emulated GPU and engine also import emulation, and no other layer.',
    { path: EMULATED_ADAPTER },
    {
      path: '^(src|commands|bin)/',
      pathNot: folders(['adapters', 'domain', 'statistics', 'schemas', 'ports', 'emulation']),
    },
  ),
  forbid(
    'export-draws-as-the-page-does',
    'The adapter that draws without a browser also imports the charts of the page, and no other part of it.',
    { path: EXPORT_ADAPTER },
    {
      path: '^(src|commands|bin)/',
      pathNot: `${folders(['adapters', 'domain', 'statistics', 'schemas', 'ports'])}|^src/page/charts/`,
    },
  ),
  forbid(
    'adapter-families-are-strangers',
    'Families of adapters reach each other by injection.',
    { path: ADAPTER },
    { path: ADAPTER, pathNot: '^src/adapters/$1/' },
  ),
];

const above = [
  forbid(
    'runs-know-no-process',
    'Runs get adapters through ports, from compose.ts.',
    { path: '^src/runs/' },
    { path: '^(src/(processes/|compose(\\.ts$|/))|commands/|bin/)' },
  ),
  forbid(
    'commands-stay-thin',
    'Commands import compose, config, reporting, domain, and tui.',
    { path: '^commands/' },
    {
      path: '^(src|bin)/',
      pathNot: '^src/(compose(\\.ts$|/)|(config|reporting|domain|tui)/)',
    },
  ),
  forbid(
    'commands-load-the-screen-late',
    'The screen costs 300 ms: import("../src/tui/...") where it is shown.',
    { path: '^commands/' },
    {
      path: '^src/tui/',
      dynamic: false,
      dependencyTypesNot: ['type-only'],
    },
  ),
  forbid(
    'nothing-imports-upwards',
    'compose.ts and the processes know no command and no start script.',
    { path: '^src/(compose(\\.ts$|/)|processes/)' },
    { path: '^(commands|bin)/' },
  ),
  forbid('only-tests-import-tests', 'What the product needs lies in src.', { pathNot: '^test/' }, { path: '^test/' }),
];

const packages = [
  forbid(
    'node-only-at-the-edges',
    'Only adapters, processes and bin touch the system: inject a port. node:path is free.',
    { path: '^(src|commands)/', pathNot: '^src/(adapters|processes)/' },
    {
      dependencyTypes: ['core'],
      pathNot: '^(node:)?path$',
    },
  ),
  forbid(
    'ink-only-in-tui',
    'ink and react draw the screen and nothing else.',
    { path: '^(src|commands|bin)/', pathNot: '^src/tui/' },
    { path: npm('(ink|react|@inkjs/[^/]+)') },
  ),
  forbid('oclif-only-in-commands', 'Only commands and bin know oclif.', { path: '^src/' }, { path: npm('@oclif/[^/]+') }),
  forbid(
    'execa-only-in-launch-and-host',
    'Only adapters/launch and adapters/host start processes.',
    { path: '^(src|commands|bin)/', pathNot: '^src/adapters/(launch|host)/' },
    { path: npm('execa') },
  ),
  forbid(
    'no-test-tools-in-the-product',
    'A package that src needs is inside the build (BUNDLED), or a dependency: nobody else has a devDependency.',
    { path: '^(src|commands)/' },
    { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: `^(\\.\\./)*${npm(`(${BUNDLED.join('|')})`)}` },
  ),
  forbid(
    'echarts-only-where-charts-are-drawn',
    'Reporting says what a chart shows, as plain data; src/page and adapters/export draw it.',
    { path: '^(src|commands|bin)/', pathNot: DRAWS },
    { path: npm('echarts') },
  ),
];

const shape = [
  forbid('no-cycles', 'Cut the circle: move what both need to a file below.', {}, { circular: true }),
  forbid('no-orphans', 'Nothing imports this file: remove it, or make it an entry.', { orphan: true, path: '^src/' }, {}),
  forbid('every-import-resolves', 'There is no such file or package.', {}, { couldNotResolve: true }),
];

export default {
  forbidden: [...layers, ...views, ...adapters, ...above, ...packages, ...shape],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|test/fixtures/walls)/' },
    // Type imports are imports: a layer that only borrows a type from above depends on it all the same.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.json'],
    },
  },
};
