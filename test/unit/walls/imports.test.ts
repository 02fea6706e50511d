import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { packageRoot } from '../../../src/adapters/host/installation.ts';
import { importRules, violationsIn, type Violation } from '../../fixtures/import-rules.ts';

const PROBES = 'test/fixtures/walls';

/** [file, the rule that its first line says it breaks] */
const expectedViolations = (): string[] =>
  readdirSync(join(packageRoot(), PROBES), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => {
      const [, rule] = /^\/\/ breaks: (\S+)/.exec(readFileSync(join(packageRoot(), PROBES, file), 'utf8')) ?? [];
      return rule === undefined ? [] : [`${file} breaks ${rule}`];
    });

const lines = (violations: readonly Violation[]): string[] => violations.map(({ file, rule }) => `${file} breaks ${rule}`);

describe('import rules', function () {
  this.timeout(60_000);

  it('our own house keeps them all', async () => {
    expect(await violationsIn('.')).to.deep.equal([]);
  });

  it('each probe breaks exactly the rule that it names, and what is allowed breaks none', async () => {
    expect(lines(await violationsIn(PROBES)).sort()).to.deep.equal(expectedViolations().sort());
  });

  it('every rule is broken by a probe', async () => {
    const broken = new Set(expectedViolations().map((line) => line.split(' breaks ')[1]));
    expect((await importRules()).forbidden.map(({ name }) => name).filter((name) => !broken.has(name))).to.deep.equal([]);
  });
});
