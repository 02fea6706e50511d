import { builtinModules } from 'node:module';
import tseslint from 'typescript-eslint';

/**
 * The walls of the house. `LAYERS`: what decides, from the ground up; each imports only what lies below it.
 * Folders of one line are neighbours and reach each other by injection.
 */
const LAYERS = [
  ['domain'], ['statistics'], ['schemas'], ['ports'], ['workload', 'telemetry', 'prediction'], ['governing'], ['routing'], ['control'],
  ['emulation'], ['simulation'], ['tuning'],
];
const ADAPTERS = ['engines', 'clocks', 'gateway', 'agent', 'load', 'launch', 'host', 'export'];
const OUTSIDE = ['runs', 'adapters', 'processes', 'compose'];
const TOP = [...OUTSIDE, 'config', 'reporting', 'tui'];

const folders = (names, message) => ({ regex: `^(\\.\\./)+(src/)?(${names.join('|')})(/|\\.ts)`, message });
const NO_NODE = {
  regex: `^(node:(?!path$)|(${builtinModules.filter((name) => !name.startsWith('_') && name !== 'path').join('|')})$)`,
  message: 'Only adapters, processes and bin touch the system: inject a port.',
};
const NO_OCLIF = { regex: '^@oclif/', message: 'Only commands and bin know oclif.' };
const NO_EXECA = { regex: '^execa$', message: 'Only adapters/launch and adapters/host start processes.' };

const PURE_GLOBALS = ['process', 'console', 'performance', 'setTimeout', 'setInterval', 'setImmediate'].map((name) => ({
  name, message: 'Inject Time, Random or the value itself.',
}));
const PURE_PROPERTIES = [
  { object: 'Date', property: 'now', message: 'Inject Time.' },
  { object: 'Math', property: 'random', message: 'Inject Random.' },
];
const NO_NEW_DATE = { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Inject the moment.' };

const imports = (...patterns) => ({ 'no-restricted-imports': ['error', { patterns }] });
const wall = (files, ...patterns) => ({ files, rules: imports(...patterns) });
const inject = (files, ignores = []) => ({
  files, ignores,
  rules: {
    'no-restricted-globals': ['error', ...PURE_GLOBALS],
    'no-restricted-properties': ['error', ...PURE_PROPERTIES],
    'no-restricted-syntax': ['error', NO_NEW_DATE],
  },
});

const layerWall = (layer, rank) => {
  const above = LAYERS.slice(rank + 1).flat();
  return layer.map((name) =>
    wall([`src/${name}/**/*.ts`], NO_NODE, NO_OCLIF, NO_EXECA,
      folders([...above, ...layer.filter((other) => other !== name), ...TOP], `${name} imports only layers below it.`)));
};
const ABOVE_PORTS = LAYERS.slice(LAYERS.findIndex(([name]) => name === 'ports') + 1).flat();
const adapterWall = (files, own, allowed = []) =>
  wall(files, NO_OCLIF, ...(['launch', 'host'].includes(own) ? [] : [NO_EXECA]),
    folders(ADAPTERS.filter((name) => name !== own), 'An adapter knows its own family only: inject the other one.'),
    folders([...ABOVE_PORTS.filter((name) => !allowed.includes(name)), ...TOP], 'Adapters import domain, statistics, schemas, ports and their own family.'));
const viewWall = (name, allowed) =>
  wall([`src/${name}/**/*.ts`], NO_NODE, NO_OCLIF, NO_EXECA,
    folders([...LAYERS.flat(), ...TOP].filter((other) => other !== name && !allowed.includes(other)), `${name} imports only ${allowed.join(', ')}.`));

/** Import rules and injected time, chance and system. Tests lint probe files with these alone. */
export const walls = [
  inject(['src/**/*.ts', 'commands/**/*.ts'], ['src/adapters/**', 'src/processes/**']),
  ...LAYERS.flatMap(layerWall),
  viewWall('config', ['domain', 'schemas']),
  viewWall('reporting', ['domain', 'statistics']),
  wall(['src/runs/**/*.ts'], NO_NODE, NO_OCLIF, NO_EXECA, folders(OUTSIDE.filter((name) => name !== 'runs'), 'Runs get adapters from compose.')),
  ...ADAPTERS.map((name) => adapterWall([`src/adapters/${name}/**/*.ts`], name)),
  ...['engines', 'clocks'].map((name) => adapterWall([`src/adapters/${name}/emulated/**/*.ts`], name, ['emulation'])),
  wall(['commands/**/*.ts'], NO_NODE, NO_EXECA, folders([...LAYERS.flat().filter((name) => name !== 'domain'), 'runs', 'adapters', 'processes'],
    'Commands import compose, config, reporting and domain.')),
  wall(['src/compose.ts', 'src/processes/**/*.ts'], NO_OCLIF, NO_EXECA),
];

const SIZES = {
  'max-lines': ['error', 300],
  'max-lines-per-function': ['error', { max: 60, IIFEs: true }],
};
const PRAGMATIC = {
  '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_' }],
  '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
  '@typescript-eslint/consistent-type-imports': 'error',
  // A port is async for its slowest adapter: the others need no await.
  '@typescript-eslint/require-await': 'off',
  // Ports are made by factories from closures: their methods know no `this`.
  '@typescript-eslint/unbound-method': 'off',
};
const TEST_RULES = {
  'max-lines-per-function': 'off',
  '@typescript-eslint/no-unused-expressions': 'off',
  '@typescript-eslint/no-non-null-assertion': 'off',
  '@typescript-eslint/no-unsafe-assignment': 'off',
  '@typescript-eslint/no-unsafe-member-access': 'off',
  '@typescript-eslint/no-unsafe-argument': 'off',
  '@typescript-eslint/no-unsafe-call': 'off',
  '@typescript-eslint/no-unsafe-return': 'off',
};

export default tseslint.config(
  { ignores: ['node_modules/', 'dist/', 'coverage/', '.voltana/', 'src/schemas/compiled/', '**/*.d.ts'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: { ...PRAGMATIC, ...SIZES },
  },
  { files: ['**/*.js'], extends: [tseslint.configs.recommended], rules: { ...PRAGMATIC, ...SIZES,
    '@typescript-eslint/restrict-template-expressions': 'off', '@typescript-eslint/consistent-type-imports': 'off', '@typescript-eslint/require-await': 'off' } },
  ...walls,
  { files: ['test/**/*.ts'], rules: TEST_RULES },
);
