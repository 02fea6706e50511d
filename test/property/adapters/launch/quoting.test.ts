import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { startScript } from '../../../../src/adapters/launch/node/start-script.ts';
import { commandLine } from '../../../../src/adapters/launch/shell.ts';

/** What shells are known to read into: quotes, expansions, blanks, options, line ends, and any letter there is. */
const nasty = fc.constantFrom(
  "'",
  '"',
  '`',
  '$HOME',
  '$(id)',
  '\\',
  '\n',
  '\r',
  '\t',
  ' ',
  '*',
  '!',
  '~',
  '#',
  ';',
  '&',
  '|',
  '-',
  '=',
  'a',
  'ä',
  '𝄞',
);
const anything = fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0'));
const word = fc
  .oneof(
    fc.array(nasty, { maxLength: 12 }).map((parts) => parts.join('')),
    anything,
  )
  .map((text) => Buffer.from(text).toString());
const words = fc.array(word, { maxLength: 6 });

const PRINT = 'process.stdout.write(JSON.stringify({ args: process.argv.slice(1), text: process.env.TEXT }))';

describe('quoting, read back by a real sh', () => {
  const folder = mkdtempSync(join(tmpdir(), 'voltana-test-quoting-'));
  after(() => rmSync(folder, { recursive: true }));

  it('every argument arrives as it is', () => {
    fc.assert(
      fc.property(fc.array(words, { minLength: 20, maxLength: 20 }), (lines) => {
        // Twenty command lines in one shell: starting it is what costs.
        const script = lines.map((line) => `printf '%s\\0' ${commandLine(['x', ...line])}; printf '\\0'`).join('\n');
        const read = execFileSync('sh', ['-c', script], { encoding: 'utf8' });
        expect(read).to.equal(lines.map((line) => `${['x', ...line].join('\0')}\0\0`).join(''));
      }),
      { numRuns: 25 },
    );
  });

  it('arguments and variables of a start script too, its host filled in', () => {
    fc.assert(
      fc.property(words, word, (args, text) => {
        const host = 'host.of.it';
        const file = join(folder, 'start.sh');
        writeFileSync(
          file,
          startScript(
            { program: process.execPath, args: ['-e', PRINT, '--', ...args, `http://${host}:1`], env: { TEXT: `${text}${host}` } },
            host,
          ),
        );
        const ran = JSON.parse(execFileSync('sh', [file], { encoding: 'utf8', env: { VOLTANA_HOST: 'real-host' } })) as object;
        expect(ran).to.deep.equal({ args: [...args, 'http://real-host:1'], text: `${text}real-host` });
      }),
      { numRuns: 15 },
    );
  });

  it('no name of a variable becomes a command', () => {
    for (const name of ['A;id', 'A B', '1A', '', 'A=']) {
      expect(() => startScript({ program: 'x', args: [], env: { [name]: '' } }, null)).to.throw(RangeError);
    }
  });
});
