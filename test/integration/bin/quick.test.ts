import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { makeCheckout, type Checkout } from '../../fixtures/checkout.ts';

interface Packed {
  runPacked(path: string): { exports: unknown; rejected: boolean; repack(): Buffer };
  pack(source: string, cache?: Buffer): Buffer;
}
const commandsFile = (more: string): string => `import Demo from './demo.ts';
class Long extends Demo {
  static override summary = 'What this does is told at such a length that it takes more than one line of a terminal of whatever width.';
}
export const commands = { demo: Demo, 'long-winded': Long${more} };
`;

interface RootHelp {
  rootHelp(overview: unknown, stream: object): string;
}

const LENGTH_BYTES = 4;

describe('quick answers', function () {
  this.timeout(60_000);
  let checkout: Checkout;
  const path = (...parts: string[]): string => join(checkout.folder, ...parts);
  const load = (file: string): Promise<unknown> => import(pathToFileURL(path(file)).href);
  before(async () => {
    checkout = makeCheckout();
    writeFileSync(path('commands/index.ts'), commandsFile(", 'config:show': Demo"));
    expect(await checkout.run('start.js', ['--json'])).to.include({ exit: 0 });
  });
  after(() => checkout.remove());

  /** Two of them are no quick answer, so oclif gives it. */
  const asOclifSays = () => checkout.run('run.js', ['--help', '--help']);

  it('help is what oclif would say, for --help and for no argument', async () => {
    const expected = await asOclifSays();
    expect(expected.stdout).to.match(/^TOPICS\n {2}config .*^COMMANDS\n {2}demo/ms);
    expect(await checkout.run('run.js', ['--help'])).to.deep.equal(expected);
    expect(await checkout.run('run.js', [])).to.deep.equal(expected);
  });

  for (const columns of [50, 70, 120]) {
    it(`on a terminal of ${columns} columns as well`, async () => {
      const { rootHelp } = (await load('bin/quick/root-help.js')) as RootHelp;
      const overview = JSON.parse(readFileSync(path('dist/overview.json'), 'utf8')) as unknown;
      process.env['OCLIF_COLUMNS'] = String(columns);
      const { stdout } = await asOclifSays().finally(() => delete process.env['OCLIF_COLUMNS']);
      expect(rootHelp(overview, { isTTY: true, columns, hasColors: () => false })).to.equal(stdout);
    });
  }

  it('a topic without commands is not listed, as oclif does it', async () => {
    writeFileSync(path('commands/index.ts'), commandsFile(''));
    await checkout.run('start.js', ['--json']);
    const expected = await asOclifSays();
    expect(expected.stdout).to.not.contain('TOPICS');
    expect(await checkout.run('run.js', ['--help'])).to.deep.equal(expected);
  });

  it('--version is what oclif would say', async () => {
    const expected = await checkout.run('run.js', ['--version', '--version']);
    expect(expected.stdout).to.match(/^voltana\/\d+\.\d+\.\d+ \S+ node-v\d+/);
    expect(await checkout.run('run.js', ['--version'])).to.deep.equal(expected);
  });

  it("without the build's note oclif answers", async () => {
    const expected = await checkout.run('run.js', ['--help']);
    writeFileSync(path('dist/overview.json'), '{"name":');
    expect(await checkout.run('run.js', ['--help'])).to.deep.equal(expected);
    rmSync(path('dist/overview.json'));
    expect(await checkout.run('run.js', ['--help'])).to.deep.equal(expected);
  });

  /** In a process of its own: V8 looks at no cache for a text that this process has compiled before. */
  const rejected = (): unknown => {
    const module = JSON.stringify(pathToFileURL(path('bin/quick/packed-script.js')).href);
    const script = `import(${module}).then(({ runPacked }) => console.log(runPacked(${JSON.stringify(path('dist/oclif.pack'))}).rejected))`;
    const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
    return stderr || JSON.parse(stdout);
  };

  it('the code cache of the build is in use', () => {
    expect(rejected()).to.equal(false);
  });

  it('a code cache that is cut, damaged or of another Node costs time and nothing else', async () => {
    const file = path('dist/oclif.pack');
    const good = readFileSync(file);
    const cacheAt = LENGTH_BYTES + good.readUInt32LE(0);
    const check = async (): Promise<void> => {
      expect(rejected()).to.equal(true);
      expect(await checkout.run('run.js', ['demo', '--json'])).to.deep.equal({
        exit: 0,
        stdout: '{"kind":"probe","json":true}\n',
        stderr: '',
      });
    };
    truncateSync(file, good.length - 1000);
    await check();
    // The version hash follows V8's magic number.
    writeFileSync(file, Buffer.concat([good.subarray(0, cacheAt + 4), Buffer.from([1, 2, 3, 4]), good.subarray(cacheAt + 8)]));
    await check();
    writeFileSync(file, Buffer.concat([good.subarray(0, cacheAt), Buffer.from('no cache at all')]));
    await check();
  });

  it('a pack gives back what the script exports, with and without its cache', async () => {
    const { pack, runPacked } = (await load('bin/quick/packed-script.js')) as Packed;
    const file = path('example.pack');
    writeFileSync(file, pack("module.exports = { text: 'grüße', sep: require('node:path').sep, load: () => $import('node:fs') };"));
    const first = runPacked(file);
    expect(first.exports).to.deep.include({ text: 'grüße', sep: '/' });
    writeFileSync(file, first.repack());
    const second = runPacked(file);
    expect(second.rejected).to.equal(false);
    expect(second.exports).to.deep.include({ text: 'grüße', sep: '/' });
    expect(await (second.exports as { load: () => Promise<object> }).load()).to.have.property('readFileSync');
  });
});
