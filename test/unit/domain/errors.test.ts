import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { ERRORS, VoltanaError, type CatalogueEntry, type ErrorCode } from '../../../src/domain/errors.ts';
import { EXIT, EXIT_MEANINGS } from '../../../src/domain/exit-codes.ts';

// @ts-expect-error an entry without a next step must not compile: then this line is an error itself
const WITHOUT_A_STEP: CatalogueEntry = { kind: 'user', exitCode: EXIT.usage };

const codes = Object.keys(ERRORS) as ErrorCode[];

/** Text of everything that may report an error, but for the catalogue itself. */
const sources = (): string =>
  ['src', 'commands', 'bin']
    .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`))
    .filter((file) => /\.tsx?$/.test(file) && file !== 'src/domain/errors.ts')
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');

/** Which exit codes an error of a kind may have. */
const ALLOWED: Readonly<Record<CatalogueEntry['kind'], readonly number[]>> = {
  user: [EXIT.usage],
  environment: [EXIT.environment],
  external: [EXIT.permission, EXIT.cluster, EXIT.invalid],
  bug: [EXIT.bug],
  signal: [EXIT.interrupted, EXIT.terminated],
};

describe('the catalogue of errors', () => {
  it('has a next step for every error: one that is an order, and whole sentences', () => {
    expect(WITHOUT_A_STEP).not.to.have.property('hint');
    for (const code of codes) expect(ERRORS[code].hint, code).to.match(/^[A-Z].{10,}\.$/);
  });

  it('uses every code somewhere', () => {
    const text = sources();
    expect(codes.filter((code) => !new RegExp(`'${code}'|ERRORS\\.${code}\\b`).test(text))).to.deep.equal([]);
  });

  it('ends a process as its kind says', () => {
    for (const code of codes) expect(ALLOWED[ERRORS[code].kind], code).to.include(ERRORS[code].exitCode);
  });

  it('an error carries its entry, and a better step of its own wins', () => {
    for (const code of codes)
      expect(new VoltanaError(code, 'why')).to.include({ ...ERRORS[code], code, message: 'why', name: 'VoltanaError' });
    const cause = new Error('below');
    expect(new VoltanaError('BAD_VALUE', 'why', { hint: 'Try 3.', cause })).to.include({ hint: 'Try 3.', cause });
    expect(new VoltanaError('BAD_VALUE', 'why')).not.to.have.property('cause');
  });

  it('every exit code has a sentence, and no two share a number', () => {
    expect(new Set(Object.values(EXIT)).size).to.equal(Object.keys(EXIT).length);
    for (const code of Object.values(EXIT)) expect(EXIT_MEANINGS[code], String(code)).to.match(/^[A-Z].*\.$/);
  });
});
