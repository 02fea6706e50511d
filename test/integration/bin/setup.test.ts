import { appendFileSync, existsSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { makeCheckout, type Checkout } from '../../fixtures/checkout.ts';
import { isAlive, until } from '../../fixtures/programs.ts';

const DOCUMENT = '{"kind":"probe","json":true}\n';

describe('set-up of a fresh checkout', function () {
  this.timeout(60_000);
  let checkout: Checkout;
  const path = (...parts: string[]): string => join(checkout.folder, ...parts);
  before(() => (checkout = makeCheckout()));
  after(() => checkout.remove());

  it('a failing npm: exit 3, its last words, what to do, nothing on stdout', async () => {
    const { exit, stdout, stderr } = await checkout.run('start.js', ['--json'], 'fail');
    expect(exit).to.equal(3);
    expect(stdout).to.equal('');
    expect(stderr)
      .to.contain('fake npm on stdout')
      .and.match(/error: npm ci failed \(exit 1\): .*no network here\. Check the network/);
  });

  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    it(`${signal} while npm runs ends npm too, exit ${code}`, async () => {
      const before = checkout.installs().length;
      const { child, finished } = checkout.start('start.js', [], 'slow');
      await until('npm runs', () => checkout.installs().length > before);
      child.kill(signal);
      expect((await finished).exit).to.equal(code);
      expect(isAlive(checkout.installs().at(-1)!)).to.equal(false);
      expect(existsSync(path('.voltana/setup.lock'))).to.equal(false);
    });
  }

  it('after a kill -9 in the middle, two starts at once: the orphan is ended, one installs, both run', async () => {
    const count = checkout.installs().length;
    const { child, finished } = checkout.start('start.js', [], 'slow');
    await until(
      'npm noted',
      () => existsSync(path('.voltana/setup.lock')) && readFileSync(path('.voltana/setup.lock'), 'utf8').includes('"child":{'),
    );
    await until('npm runs', () => checkout.installs().length === count + 1);
    child.kill('SIGKILL');
    // The orphan holds our pipes, so only its end closes them.
    const both = await Promise.all([checkout.run('start.js', ['--json']), checkout.run('start.js', ['--json'])]);
    await finished;
    for (const { exit, stdout } of both) expect({ exit, stdout }).to.deep.equal({ exit: 0, stdout: DOCUMENT });
    expect(checkout.installs().length).to.equal(count + 2);
    expect(isAlive(checkout.installs()[count]!)).to.equal(false);
  });

  it('a second start does nothing but run', async () => {
    expect(await checkout.run('start.js', ['--json'])).to.deep.equal({ exit: 0, stdout: DOCUMENT, stderr: '' });
  });

  it('a changed source is built again by start, and left alone by run', async () => {
    appendFileSync(path('commands/demo.ts'), '\n');
    expect((await checkout.run('run.js', ['demo', '--json'])).stderr).to.equal('');
    expect((await checkout.run('start.js', ['--json'])).stderr).to.match(/built in/);
    utimesSync(path('src/domain/errors.ts'), new Date(0), new Date(0));
    expect((await checkout.run('start.js', ['--json'])).stderr).to.match(/built in/);
  });

  it('a changed lock file is installed again', async () => {
    const count = checkout.installs().length;
    appendFileSync(path('package-lock.json'), '\n');
    expect((await checkout.run('start.js', ['--json'])).stdout).to.equal(DOCUMENT);
    expect(checkout.installs().length).to.equal(count + 1);
  });

  it('run builds what is missing', async () => {
    rmSync(path('dist'), { recursive: true });
    expect(await checkout.run('run.js', ['demo', '--json'])).to.include({ exit: 0, stdout: DOCUMENT });
  });

  it('a source that does not compile: place, exit 1, and the next start builds again', async () => {
    const good = readFileSync(path('commands/demo.ts'), 'utf8');
    writeFileSync(path('commands/demo.ts'), `${good}\nconst = 1;\n`);
    const broken = await checkout.run('start.js');
    expect(broken.exit).to.equal(1);
    expect(broken.stderr).to.match(/error: the build failed: commands\/demo\.ts:\d+: /);
    writeFileSync(path('commands/demo.ts'), good);
    expect((await checkout.run('start.js')).exit).to.equal(0);
  });

  it('maps an error to its exit code and one line', async () => {
    const { exit, stdout, stderr } = await checkout.run('start.js', ['--fail']);
    expect({ exit, stdout }).to.deep.equal({ exit: 3, stdout: '' });
    expect(stderr).to.match(/^error: Port 1 is taken\. Stop what listens there.*\n$/);
    expect(await checkout.run('start.js', ['--nope'])).to.deep.include({
      exit: 2,
      stderr: 'error: unknown flag --nope. Run the command with --help to see its flags.\n',
    });
    expect((await checkout.run('run.js', ['nope'])).exit).to.equal(2);
  });

  it('checks a document against its compiled schema, references and formats included', async () => {
    const check = async (text: string, kind = 'probe'): Promise<unknown> => {
      writeFileSync(path('out.json'), text);
      return checkout.run('check-document.js', [path('out.json'), kind]);
    };
    expect(await check(DOCUMENT)).to.include({ exit: 0, stdout: `${path('out.json')}: a valid probe document\n` });
    expect(await check('{"kind":"probe","at":"yesterday","part":{"name":"x"}}')).to.deep.include({
      exit: 1,
      stdout: `${path('out.json')}: not a valid probe document: /at must match format "date-time"; /part/name must NOT have fewer than 2 characters\n`,
    });
    expect(await check('')).to.include({ exit: 1 });
    expect(await check('{"kind":"probe"}', 'nothing')).to.include({ exit: 1 });
  });
});
