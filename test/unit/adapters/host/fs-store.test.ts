import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { fileLines, LineTooLong } from '../../../../src/adapters/host/file-lines.ts';
import { fileStore } from '../../../../src/adapters/host/fs-store.ts';
import { VoltanaError } from '../../../../src/domain/errors.ts';

describe('fileStore', () => {
  const store = fileStore();
  let folder: string;
  const at = (name: string): string => join(folder, name);
  const failure = async (promise: Promise<unknown>): Promise<VoltanaError> => {
    const error = await promise.then(
      () => null,
      (reason: unknown) => reason,
    );
    if (!(error instanceof VoltanaError)) throw new Error('no VoltanaError');
    return error;
  };
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'voltana-store-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('reads what it wrote and leaves nothing else behind', async () => {
    await store.write(at('a.json'), '{"µ":1}');
    await store.write(at('a.json'), '{"µ":2}');
    expect(await store.read(at('a.json'))).to.equal('{"µ":2}');
    expect(readdirSync(folder)).to.deep.equal(['a.json']);
  });

  it('of many writers at once one wins whole', async () => {
    const texts = Array.from({ length: 20 }, (_, index) => String(index).repeat(50_000));
    await Promise.all(texts.map((text) => store.write(at('a'), text)));
    expect(texts).to.include(readFileSync(at('a'), 'utf8'));
    expect(readdirSync(folder)).to.deep.equal(['a']);
  });

  it('writes through a link instead of replacing it', async () => {
    writeFileSync(at('real'), 'old');
    symlinkSync('real', at('link'));
    await store.write(at('link'), 'new');
    expect(lstatSync(at('link')).isSymbolicLink()).to.equal(true);
    expect(readFileSync(at('real'), 'utf8')).to.equal('new');
  });

  it('writes into a pipe instead of replacing it', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    const [text] = await Promise.all([store.read(at('pipe')), store.write(at('pipe'), 'through')]);
    expect(text).to.equal('through');
    expect(lstatSync(at('pipe')).isFIFO()).to.equal(true);
  });

  it('says which file it cannot read, and why', async () => {
    const error = await failure(store.read(at('none.yaml')));
    expect(error).to.include({ code: 'FILE_UNREADABLE', exitCode: 2 });
    expect(error.message).to.equal(`Cannot read ${at('none.yaml')}: no such file or folder.`);
    expect((await failure(store.read(folder))).message).to.contain('it is a folder');
  });

  it('says which file it cannot write, and leaves no temporary', async () => {
    const error = await failure(store.write(at('no/such/folder.json'), 'x'));
    expect(error).to.include({ code: 'FILE_UNWRITABLE', exitCode: 3 });
    expect(error.message).to.contain(at('no/such/folder.json'));
    expect((await failure(store.write(folder, 'x'))).code).to.equal('FILE_UNWRITABLE');
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  it('finds out beforehand what could not be written, and changes nothing', async () => {
    writeFileSync(at('old.json'), 'old');
    await store.assertWritable(at('old.json'));
    await store.assertWritable(at('new.json'));
    expect(readdirSync(folder)).to.deep.equal(['old.json']);
    expect(readFileSync(at('old.json'), 'utf8')).to.equal('old');
    expect(await failure(store.assertWritable(at('no/such.json')))).to.include({ code: 'FILE_UNWRITABLE', exitCode: 3 });
    expect((await failure(store.assertWritable(folder))).message).to.contain('it is a folder');
    expect((await failure(store.assertWritable(at('old.json/x.json')))).message).to.contain('a part of the path is not a folder');
  });

  it('keeps the permissions of a file that it replaces, and gives a new one the usual ones', async () => {
    const umask = process.umask(0o027);
    try {
      for (const mode of [0o600, 0o664, 0o444]) {
        writeFileSync(at('old'), 'old', { flag: 'w' });
        chmodSync(at('old'), mode);
        await store.write(at('old'), 'new');
        expect((statSync(at('old')).mode & 0o777).toString(8)).to.equal(mode.toString(8));
        rmSync(at('old'));
      }
      await store.write(at('new'), 'new');
      expect((statSync(at('new')).mode & 0o777).toString(8)).to.equal('640');
    } finally {
      process.umask(umask);
    }
  });

  it('removes no folder, and says so', async () => {
    mkdirSync(at('folder'));
    expect((await failure(store.remove(at('folder')))).message).to.equal(`Cannot remove ${at('folder')}: it is a folder.`);
  });

  it('a name that is too long is found out beforehand', async () => {
    const long = at('n'.repeat(256));
    expect((await failure(store.assertWritable(long))).message).to.equal(`Cannot write ${long}: its name is too long.`);
  });

  it('removes a file, and is content when there is none', async () => {
    writeFileSync(at('a'), 'x');
    await store.remove(at('a'));
    await store.remove(at('a'));
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  const linesOf = async (path: string): Promise<string[]> => {
    const all: string[] = [];
    for await (const some of store.lines(path)) all.push(...some);
    return all;
  };

  it('reads no lines of a device, which may have no end, and says so', async function () {
    if (!existsSync('/dev/zero')) return this.skip();
    for (const path of ['/dev/zero', '/dev/urandom', '/dev/null']) {
      const error = await failure(linesOf(path));
      expect(error).to.include({ code: 'FILE_UNREADABLE', exitCode: 2 });
      expect(error.message).to.equal(`Cannot read ${path}: it is a device, which may have no end.`);
    }
  });

  it('reads a pipe to its end', async function () {
    if (process.platform === 'win32') return this.skip();
    execFileSync('mkfifo', [at('pipe')]);
    const writer = spawn('sh', ['-c', `printf 'one\\ntwo' > "$0"`, at('pipe')], { stdio: 'ignore' });
    try {
      expect(await linesOf(at('pipe'))).to.deep.equal(['one', 'two']);
    } finally {
      writer.kill('SIGKILL');
    }
  });

  it('a pipe that never ends its line is given up, with all that was read of it', async function () {
    if (process.platform === 'win32') return this.skip();
    execFileSync('mkfifo', [at('pipe')]);
    const writer = spawn('sh', ['-c', 'exec cat /dev/zero > "$0"', at('pipe')], { stdio: 'ignore' });
    try {
      const reading = async (): Promise<void> => {
        for await (const _ of fileLines(at('pipe'), 5_000_000)) expect.fail('there is no line');
      };
      expect(await reading().catch((caught: unknown) => caught))
        .to.be.instanceOf(LineTooLong)
        .with.property('message', 'a line of more than 5000000 characters');
    } finally {
      writer.kill('SIGKILL');
    }
  });

  it('a line as long as lines may be is read whole', async () => {
    writeFileSync(at('long'), `${'x'.repeat(3_000_000)}\n${'y'.repeat(3_000_000)}\n`);
    const lengths: number[] = [];
    for await (const some of fileLines(at('long'), 3_000_000)) lengths.push(...some.map((line) => line.length));
    expect(lengths).to.deep.equal([3_000_000, 3_000_000]);
  });
});
