import { expect } from 'chai';
import { chmod, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deviceError, systemCode } from '../../../../../src/adapters/clocks/sysfs/failures.ts';
import { sysfsFiles } from '../../../../../src/adapters/clocks/sysfs/files.ts';
import { knownIds } from '../../../../../src/adapters/clocks/sysfs/known-ids.ts';
import { lookAt, lookInto } from '../../../../../src/adapters/clocks/sysfs/look.ts';
import { serially } from '../../../../../src/adapters/clocks/sysfs/serially.ts';
import { ourError, rejected } from '../../../../fixtures/rejected.ts';
import { makeTree, type Tree } from '../../../../fixtures/sysfs/tree.ts';

describe('sysfs files', () => {
  let tree: Tree;
  beforeEach(async () => {
    tree = await makeTree();
    await tree.put('a/level', 'perf_determinism\n');
  });
  afterEach(() => tree.close());

  it('writes the whole of what is there, and makes no file', async () => {
    const files = sysfsFiles(tree.root);
    await files.write('a/level', 'auto');
    expect(await readFile(join(tree.root, 'a/level'), 'utf8')).to.equal('auto');
    expect(systemCode(await rejected(files.write('a/other', 'x')))).to.equal('ENOENT');
    expect(await files.names('a')).to.deep.equal(['level']);
  });

  it('who may not write is told which command grants it', async function () {
    if (process.getuid!() !== 0) this.skip();
    tree.becomeNobody();
    const error = deviceError(await rejected(tree.files.write('a/level', 'auto')), 'gpu-1', '/a/level');
    expect(error.code).to.equal('NOT_PERMITTED');
    expect(error.message).to.include('gpu-1').and.include('/a/level');
    expect(error.hint).to.include('sudo voltana agent');
  });

  it('what may not be read, or is not there, is not known', async function () {
    expect(await lookAt(tree.files, 'a/missing')).to.equal(null);
    expect(await lookAt(tree.files, 'a/level/deeper')).to.equal(null);
    expect(await lookInto(tree.files, 'missing')).to.deep.equal([]);
    if (process.getuid!() !== 0) this.skip();
    await chmod(join(tree.root, 'a/level'), 0o600);
    tree.becomeNobody();
    expect(await lookAt(tree.files, 'a/level')).to.equal(null);
  });

  it('what fails for another reason is no value either, but an error', async () => {
    expect(systemCode(await rejected(lookAt(tree.files, 'a')))).to.equal('EISDIR');
  });

  it('lists in the order of the numbers', async () => {
    for (const n of [10, 9, 1]) await tree.put(`cards/card${n}`, '');
    expect(await lookInto(tree.files, 'cards')).to.deep.equal(['card1', 'card9', 'card10']);
  });
});

describe('work in turn', () => {
  it('runs that of one key in order, after failures too, and hands every result to its own caller', async () => {
    const inTurn = serially();
    const order: number[] = [];
    const work = (n: number) => async () => {
      await new Promise((resolve) => setImmediate(resolve));
      order.push(n);
      if (n === 2) throw new Error('two');
      return n;
    };
    const results = await Promise.allSettled([1, 2, 3].map((n) => inTurn('gpu', work(n))));
    expect(order).to.deep.equal([1, 2, 3]);
    expect(results.map(({ status }) => status)).to.deep.equal(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('keys do not wait for each other', async () => {
    const inTurn = serially();
    void inTurn('stuck', () => new Promise(() => undefined));
    expect(await inTurn('other', async () => 7)).to.equal(7);
  });
});

describe('known ids', () => {
  it('tell what was never here from what is gone, and each loss once', async () => {
    const known = knownIds();
    const [a, b] = [{ id: 'a' }, { id: 'b' }];
    known.seen([a, b]);
    const find = async (id: string) => known.find(id, [a]);
    expect((await ourError(find('b'))).code).to.equal('DEVICE_LOST');
    expect((await ourError(find('c'))).code).to.equal('UNKNOWN_ID');
    expect(await find('a')).to.equal(a);
    expect(known.missing([a])).to.deep.equal(['b']);
    expect(known.missing([a])).to.deep.equal([]);
    expect(known.missing([a, b])).to.deep.equal([]);
    expect(known.missing([a])).to.deep.equal(['b']);
  });
});
