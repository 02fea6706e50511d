import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import { commandLine, quote } from '../../../../src/adapters/launch/shell.ts';

describe('shell words', () => {
  it('leaves alone what no shell would touch', () => {
    expect(commandLine(['python3', '-m', 'sglang.launch_server', '--port=30000', '/a/b'])).to.equal(
      'python3 -m sglang.launch_server --port=30000 /a/b',
    );
  });

  it('an empty word stays a word', () => {
    expect(execFileSync('sh', ['-c', `printf '[%s]' ${commandLine(['', 'a', ''])}`], { encoding: 'utf8' })).to.equal('[][a][]');
  });

  it('refuses what no argument can hold', () => {
    expect(() => quote('a\0b')).to.throw(RangeError, 'NUL');
  });
});
