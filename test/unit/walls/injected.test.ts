import { Linter } from 'eslint';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { expect } from 'chai';
import tseslint from 'typescript-eslint';
import { packageRoot } from '../../../src/adapters/host/installation.ts';

type Config = Linter.Config;

const FORBIDDEN = [
  ['src/control/probe.ts', 'const t = Date.now();'],
  ['src/control/probe.ts', 'const t = performance.now();'],
  ['src/control/probe.ts', 'const t = new Date();'],
  ['src/workload/probe.ts', 'const r = Math.random();'],
  ['src/statistics/probe.ts', 'const r = crypto.getRandomValues(new Uint8Array(1));'],
  ['src/runs/probe.ts', 'setTimeout(() => {}, 1);'],
  ['src/runs/probe.ts', 'setInterval(() => {}, 1);'],
  ['src/runs/probe.ts', 'const signal = AbortSignal.timeout(1);'],
  ['src/runs/probe.ts', 'const e = process.env.HOME;'],
  ['src/runs/probe.ts', 'process.exit(1);'],
  ['src/compose.ts', 'process.exit(1);'],
  ['src/reporting/probe.ts', 'globalThis.console.log(1);'],
  ['src/tui/probe.tsx', 'process.stdout.write("x");'],
  ['src/prediction/probe.ts', "void fetch('http://localhost');"],
  ['commands/probe.ts', "console.log('x');"],
] as const;

const ALLOWED = [
  ['src/adapters/launch/probe.ts', 'setTimeout(() => process.exit(), 1);'],
  ['src/processes/probe.ts', 'process.exit(0);'],
  ['src/domain/probe.ts', 'const at = new Date(0);'],
] as const;

describe('time, chance and the system are injected', () => {
  let lint: (file: string, code: string) => Linter.LintMessage[];
  before(async () => {
    const { injected } = (await import(pathToFileURL(join(packageRoot(), 'eslint.config.js')).href)) as { injected: Config };
    const parse = { files: ['**/*.{ts,tsx}'], languageOptions: { parser: tseslint.parser } } as Config;
    const linter = new Linter({ cwd: packageRoot() });
    lint = (file, code) => linter.verify(code, [parse, injected], { filename: join(packageRoot(), file) });
  });

  for (const [file, code] of FORBIDDEN) {
    it(`${file} may not: ${code}`, () => {
      expect(lint(file, code).map((message) => message.ruleId))
        .to.have.length(1)
        .and.satisfy((rules: string[]) => rules[0]?.startsWith('no-restricted-'));
    });
  }

  for (const [file, code] of ALLOWED) {
    it(`${file} may: ${code}`, () => {
      expect(lint(file, code)).to.deep.equal([]);
    });
  }
});
