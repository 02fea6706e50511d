import tseslint from 'typescript-eslint';

const WORLDLY = ['process', 'console', 'performance', 'setTimeout', 'setInterval', 'setImmediate', 'fetch', 'crypto', 'globalThis'];
const PURE_GLOBALS = WORLDLY.map((name) => ({
  name,
  message: 'Inject Time, Random or the value itself.',
}));
const PURE_PROPERTIES = [
  { object: 'Date', property: 'now', message: 'Inject Time.' },
  { object: 'Math', property: 'random', message: 'Inject Random.' },
  { object: 'AbortSignal', property: 'timeout', message: 'Inject Time.' },
];
const NO_NEW_DATE = { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Inject the moment.' };

/**
 * Time, chance and the system are injected. Who may import whom is in .dependency-cruiser.js: that takes a graph.
 * Tests lint probes with this alone.
 */
export const injected = {
  files: ['src/**/*.{ts,tsx}', 'commands/**/*.ts'],
  ignores: ['src/adapters/**', 'src/processes/**'],
  rules: {
    'no-restricted-globals': ['error', ...PURE_GLOBALS],
    'no-restricted-properties': ['error', ...PURE_PROPERTIES],
    'no-restricted-syntax': ['error', NO_NEW_DATE],
  },
};

const SIZES = {
  'max-lines': ['error', 300],
  'max-lines-per-function': ['error', { max: 60, IIFEs: true }],
};
const COMMAND_SIZE = { 'max-lines': ['error', 100] };
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
  { ignores: ['node_modules/', 'dist/', 'coverage/', '.voltana/', '.engines/', 'src/schemas/compiled/', '**/*.d.ts'] },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: { ...PRAGMATIC, ...SIZES },
  },
  {
    files: ['**/*.js'],
    extends: [tseslint.configs.recommended],
    rules: {
      ...PRAGMATIC,
      ...SIZES,
      '@typescript-eslint/restrict-template-expressions': 'off',
      '@typescript-eslint/consistent-type-imports': 'off',
      '@typescript-eslint/require-await': 'off',
    },
  },
  { files: ['commands/**/*.ts'], rules: COMMAND_SIZE },
  injected,
  { files: ['test/**/*.{ts,tsx}'], rules: TEST_RULES },
);
