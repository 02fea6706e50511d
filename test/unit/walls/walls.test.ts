import { Linter } from 'eslint';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { expect } from 'chai';
import tseslint from 'typescript-eslint';
import { packageRoot } from '../../../src/adapters/host/installation.ts';

type Config = Linter.Config;

/** [file, code that must not pass there] */
const FORBIDDEN = [
  ['src/domain/probe.ts', "import { x } from '../statistics/quantile.ts';"],
  ['src/governing/slo/probe.ts', "import { x } from '../../routing/policy.ts';"],
  ['src/prediction/probe.ts', "import { x } from '../telemetry/window.ts';"],
  ['src/routing/probe.ts', "import { x } from '../adapters/host/ports.ts';"],
  ['src/control/probe.ts', "import { x } from '../runs/demo.ts';"],
  ['src/runs/probe.ts', "import { x } from '../adapters/host/ports.ts';"],
  ['src/runs/probe.ts', "import { x } from '../compose.ts';"],
  ['src/adapters/gateway/probe.ts', "import { x } from '../../routing/policy.ts';"],
  ['src/adapters/gateway/probe.ts', "import { x } from '../launch/local.ts';"],
  ['src/adapters/gateway/probe.ts', "import { execa } from 'execa';"],
  ['src/adapters/clocks/probe.ts', "import { x } from '../../emulation/types.ts';"],
  ['src/config/probe.ts', "import { x } from '../workload/schedule.ts';"],
  ['src/reporting/probe.ts', "import { x } from '../runs/demo.ts';"],
  ['commands/probe.ts', "import { x } from '../src/adapters/host/ports.ts';"],
  ['commands/probe.ts', "import { x } from '../src/runs/demo.ts';"],
  ['src/runs/probe.ts', "import { readFile } from 'node:fs/promises';"],
  ['src/domain/probe.ts', "import fs from 'fs';"],
  ['src/tuning/probe.ts', "import { Command } from '@oclif/core';"],
  ['src/control/probe.ts', 'const t = Date.now();'],
  ['src/control/probe.ts', 'const t = performance.now();'],
  ['src/control/probe.ts', 'const t = new Date();'],
  ['src/workload/probe.ts', 'const r = Math.random();'],
  ['src/runs/probe.ts', 'setTimeout(() => {}, 1);'],
  ['src/runs/probe.ts', 'process.exit(1);'],
  ['commands/probe.ts', "console.log('x');"],
] as const;

const ALLOWED = [
  ['src/statistics/probe.ts', "import { x } from '../domain/units.ts';"],
  ['src/governing/slo/probe.ts', "import { x } from '../../prediction/predictor.ts'; import { y } from './guard.ts';"],
  ['src/runs/probe.ts', "import { x } from '../tuning/search.ts'; import { join } from 'node:path';"],
  ['src/adapters/clocks/emulated/probe.ts', "import { x } from '../../../emulation/types.ts'; import http from 'node:http';"],
  ['src/adapters/launch/probe.ts', "import { execa } from 'execa'; setTimeout(() => process.exit(), 1);"],
  ['src/compose.ts', "import { x } from './adapters/host/ports.ts'; import { y } from './runs/demo.ts';"],
  ['commands/probe.ts', "import { Command } from '@oclif/core'; import { x } from '../src/compose.ts';"],
  ['src/domain/probe.ts', 'const at = new Date(0);'],
] as const;

describe('walls', () => {
  let lint: (file: string, code: string) => Linter.LintMessage[];
  before(async () => {
    const { walls } = (await import(pathToFileURL(join(packageRoot(), 'eslint.config.js')).href)) as { walls: Config[] };
    const parse = { files: ['**/*.ts'], languageOptions: { parser: tseslint.parser } } as Config;
    const linter = new Linter({ cwd: packageRoot() });
    lint = (file, code) => linter.verify(code, [parse, ...walls], { filename: join(packageRoot(), file) });
  });

  for (const [file, code] of FORBIDDEN) {
    it(`${file} may not: ${code}`, () => {
      expect(lint(file, code).map((message) => message.ruleId)).to.have.length(1).and.satisfy((rules: string[]) => rules[0]?.startsWith('no-restricted-'));
    });
  }

  for (const [file, code] of ALLOWED) {
    it(`${file} may: ${code}`, () => {
      expect(lint(file, code)).to.deep.equal([]);
    });
  }
});
