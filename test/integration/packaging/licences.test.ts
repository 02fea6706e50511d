import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isBuiltin } from 'node:module';
import { expect } from 'chai';
import { packageRoot } from '../../../src/adapters/host/installation.ts';

const read = (...path: string[]): string => readFileSync(join(packageRoot(), ...path), 'utf8');
const packages = JSON.parse(read('dist', 'packages.json')) as { inside: string[]; outside: string[] };
/** oclif asks for typescript, and ink and ws for the others, each only where somebody installed it. */
const OPTIONAL = ['typescript', 'react-devtools-core', 'bufferutil', 'utf-8-validate', 'picomatch'];

describe('what the build holds of others', () => {
  it('THIRD_PARTY.md is current (else: npm run build && npm run licences)', async () => {
    const { licencePage } = (await import(pathToFileURL(join(packageRoot(), 'bin/licences/page.js')).href)) as {
      licencePage: () => string;
    };
    expect(read('THIRD_PARTY.md')).to.equal(licencePage());
  });

  it('names every package inside, with a licence that may be passed on', () => {
    for (const folder of packages.inside) {
      const { name, version, license } = JSON.parse(read(folder, 'package.json')) as Record<string, string>;
      expect(read('THIRD_PARTY.md')).to.include(`${name} ${version}`);
      expect(license, name).to.match(/^\(?(MIT|ISC|Apache-2\.0|BSD-[23]-Clause|0BSD|BlueOak-1\.0\.0|MIT OR .*)\)?$/);
    }
  });

  it('what is left outside is a dependency, and nothing else is', () => {
    const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> };
    const needed = packages.outside.filter((name) => !isBuiltin(name) && !/^(node:|#)/.test(name) && !OPTIONAL.includes(name));
    expect(needed.sort()).to.deep.equal(Object.keys(dependencies).sort());
  });
});
