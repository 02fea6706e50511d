import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { PAGES } from '../../../bin/docs/pages.ts';
import { ERRORS } from '../../../src/domain/errors.ts';
import { EXIT, EXIT_MEANINGS } from '../../../src/domain/exit-codes.ts';

describe('generated pages', () => {
  for (const [file, render] of Object.entries(PAGES)) {
    it(`${file} is current (else: npm run docs)`, () => {
      expect(readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8')).to.equal(render());
    });
  }

  it('the page of errors has each code with its hint, and each exit code with its sentence', () => {
    const lines = PAGES['docs/errors.md']!().split('\n');
    for (const [code, { hint, exitCode, kind }] of Object.entries(ERRORS)) {
      expect(lines).to.include(`| \`${code}\` | ${kind} | ${exitCode}: ${EXIT_MEANINGS[exitCode]} | ${hint} |`);
    }
    for (const code of Object.values(EXIT))
      expect(
        lines.filter((line) => line.startsWith(`| ${code} | ${EXIT_MEANINGS[code]} |`)),
        String(code),
      ).to.have.length(1);
  });
});
