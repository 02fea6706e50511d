import { expect } from 'chai';
import fc from 'fast-check';
import { describeFailure } from '../../../bin/failure.ts';
import { ERRORS, VoltanaError, type ErrorCode } from '../../../src/domain/errors.ts';

const codes = Object.keys(ERRORS) as ErrorCode[];
const spoken = codes.filter((code) => code !== 'OUTPUT_CLOSED' && ERRORS[code].kind !== 'bug');

describe('describeFailure', () => {
  it('any error of the catalogue becomes one line with its hint, and its exit code', () => {
    fc.assert(
      fc.property(fc.constantFrom(...spoken), fc.string({ minLength: 1 }), (code, message) => {
        const { exitCode, text } = describeFailure(new VoltanaError(code, message), false);
        expect(exitCode).to.equal(ERRORS[code].exitCode);
        expect(text.startsWith('error: ') && text.endsWith(ERRORS[code].hint)).to.equal(true);
        expect(text.split('\n')).to.have.length(1);
      }),
    );
  });

  it('shows the stack with --verbose, and always for a bug', () => {
    expect(describeFailure(new VoltanaError('BAD_VALUE', 'No.'), true).text).to.match(/\n {4}at /);
    expect(describeFailure(new VoltanaError('BUG', 'No.'), false).text).to.match(/\n {4}at /);
    expect(describeFailure(new TypeError('oops'), false)).to.deep.include({ exitCode: 1 });
    expect(describeFailure('a string', false)).to.deep.include({ exitCode: 1 });
  });

  it('says nothing when nobody reads, or when help was asked for', () => {
    expect(describeFailure(new VoltanaError('OUTPUT_CLOSED', 'x'), false)).to.deep.equal({ exitCode: 143, text: '' });
    expect(describeFailure(Object.assign(new Error('EEXIT: 0'), { code: 'EEXIT', oclif: { exit: 0 } }), false)).to.deep.equal({
      exitCode: 0,
      text: '',
    });
  });

  it('an exit that a command asked for keeps its code', () => {
    expect(describeFailure(Object.assign(new Error('EEXIT: 6'), { code: 'EEXIT', oclif: { exit: 6 } }), false)).to.deep.equal({
      exitCode: 6,
      text: '',
    });
  });

  const ofCli = (message: string, more: object = {}): string =>
    describeFailure(Object.assign(new Error(message), { oclif: { exit: 2 }, ...more }), false, ['demo', 'estimate']).text;

  it('tells which command or flag was probably meant', () => {
    expect(ofCli('command dmeo not found')).to.equal(
      'error: unknown command "dmeo". Did you mean voltana demo? Run voltana --help to see the commands.',
    );
    expect(ofCli('command demo:now not found')).to.match(/^error: voltana demo takes no argument "now"\./);
    const parse = { input: { flags: { rate: {}, requests: {} } } };
    expect(ofCli('Nonexistent flag: --ratee\nSee more help with --help', { parse })).to.match(
      /^error: unknown flag --ratee\. Did you mean --rate\? /,
    );
    expect(ofCli('Nonexistent flag: --zzz\nSee more help with --help', { parse })).not.to.contain('Did you mean');
  });

  it('knows the negative of a flag, its beginning, and the options that it takes', () => {
    const parse = { input: { flags: { color: { allowNo: true }, json: { allowNo: false }, governor: {} } } };
    expect(ofCli('Nonexistent flag: --no-colr\nSee more help with --help', { parse })).to.contain('Did you mean --no-color? ');
    expect(ofCli('Nonexistent flag: --no-jsn\nSee more help with --help', { parse })).not.to.contain('--no-json');
    expect(ofCli('Nonexistent flag: --gov\nSee more help with --help', { parse })).to.contain('Did you mean --governor? ');
    expect(ofCli('Nonexistent flags: --govenor, --x\nSee more help with --help', { parse })).to.contain('Did you mean --governor? ');
    const option = ofCli('Expected --phase=decod to be one of: prefill, decode\nSee more help with --help');
    expect(option).to.equal(
      'error: Expected --phase=decod to be one of: prefill, decode. Did you mean decode? Run the command with --help to see its flags.',
    );
  });

  it('takes away what the parser puts around a message', () => {
    const error = new VoltanaError('BAD_VALUE', 'Parsing --rate \n\t--rate "x" is not usable\nSee more help with --help', {
      hint: 'Give a number.',
    });
    expect(describeFailure(error, false).text).to.equal('error: --rate "x" is not usable. Give a number.');
    expect(ofCli('The following errors occurred:\n  \u001b[2mone\n  two\u001b[22m\nSee more help with --help')).to.match(
      /^error: one two\. /,
    );
  });

  it('a quoted value moves no cursor', () => {
    const { text } = describeFailure(new VoltanaError('BAD_VALUE', 'got \u001b[31m\u0007\u009bred'), false);
    expect(text).to.match(/^error: got red\. /);
  });
});
