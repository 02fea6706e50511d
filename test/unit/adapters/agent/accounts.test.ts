import { mkdirSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { groupId, userNames } from '../../../../src/adapters/agent/accounts.ts';
import { loadLibc } from '../../../../src/adapters/agent/libc.ts';
import { processTree } from '../../../../src/adapters/agent/process-tree.ts';
import { lockState } from '../../../../src/adapters/agent/state-lock.ts';
import { readSecret, readTrusted } from '../../../../src/adapters/agent/trust.ts';
import { makeFolders } from '../../../../src/adapters/host/make-folders.ts';
import { privateFolder } from '../../../fixtures/agent/running.ts';
import { ourError } from '../../../fixtures/rejected.ts';

describe('what the agent asks of its machine', () => {
  let folder: ReturnType<typeof privateFolder>;
  beforeEach(() => (folder = privateFolder()));
  afterEach(() => folder.remove());

  it('numbers of groups and names of users, whatever else the files hold', async () => {
    writeFileSync(folder.at('group'), 'root:x:0:\n\nbroken\nvoltana:x:990:alice,bob\n+::::\n');
    writeFileSync(folder.at('passwd'), 'root:x:0:0::/root:/bin/sh\ntoor:x:0:0::/root:/bin/sh\nalice:x:1000:1000::/:/bin/sh\n');
    expect(await groupId('voltana', folder.at('group'))).to.equal(990);
    expect(await groupId('4242', folder.at('group'))).to.equal(4242);
    expect(await ourError(groupId('broken', folder.at('group')))).to.include({ code: 'UNKNOWN_ID' });
    const nameOf = await userNames(folder.at('passwd'));
    expect([0, 1000, 7].map(nameOf)).to.deep.equal(['root (uid 0)', 'alice (uid 1000)', 'uid 7']);
    expect((await userNames(folder.at('none')))(5)).to.equal('uid 5');
  });

  it('the parent of each process, also of those with strange names', async function () {
    const fake = (pid: number, stat: string): void => {
      mkdirSync(folder.at(`proc/${pid}`), { recursive: true });
      writeFileSync(folder.at(`proc/${pid}/stat`), stat);
    };
    fake(1, '1 (init) S 0 1 1');
    fake(20, '20 (a) b (c)) R 1 20 20');
    mkdirSync(folder.at('proc/self'));
    mkdirSync(folder.at('proc/30'));
    expect([...(await processTree(folder.path))].sort((a, b) => a[0] - b[0])).to.deep.equal([
      [1, 0],
      [20, 1],
    ]);
    expect((await processTree(folder.at('nowhere'))).size).to.equal(0);
    if (process.platform !== 'linux') return this.skip();
    expect((await processTree()).get(process.pid)).to.equal(process.ppid);
  });

  it("the lock of a state folder is one holder's until he gives it back, and names him", async function () {
    const libc = await loadLibc();
    if (libc === null) return this.skip();
    const giveUp = await lockState(folder.at('state'), libc, makeFolders);
    const error = await ourError(lockState(folder.at('state'), libc, makeFolders));
    expect(error).to.include({ code: 'PORT_TAKEN', exitCode: 3 });
    expect(error.message).to.include(`pid ${process.pid}`);
    await giveUp();
    await (
      await lockState(folder.at('state'), libc, makeFolders)
    )();
    writeFileSync(folder.at('file'), '');
    for (const place of [folder.at('file'), '/proc/voltana/state'])
      expect(await ourError(lockState(place, libc, makeFolders)), place).to.include({ code: 'JOURNAL_FAILED' });
  });

  it('reads no file of another user, none that others may write, none that is none; secrets are secret', async function () {
    const { chmodSync, chownSync } = await import('node:fs');
    const file = folder.at('agent.yaml');
    writeFileSync(file, 'text');
    chmodSync(file, 0o644);
    expect(await readTrusted(file)).to.equal('text');
    expect(await ourError(readSecret(file))).to.include({ code: 'NOT_PERMITTED' });
    for (const mode of [0o664, 0o646]) {
      chmodSync(file, mode);
      const error = await ourError(readTrusted(file));
      expect(error).to.include({ code: 'NOT_PERMITTED' });
      expect(error.hint).to.include('chmod 644');
    }
    chmodSync(file, 0o600);
    expect(await readSecret(file)).to.equal('text');
    for (const other of [folder.at('none'), folder.path])
      expect((await ourError(readTrusted(other))).code).to.be.oneOf(['FILE_UNREADABLE', 'NOT_PERMITTED']);
    chmodSync(folder.path, 0o770);
    expect((await ourError(readTrusted(file))).hint).to.include('chmod 755');
    // As /tmp: whoever took it from everybody would break the machine.
    chmodSync(folder.path, 0o1777);
    expect((await ourError(readTrusted(file))).hint)
      .to.include('put the file into')
      .and.not.include('chmod');
    chmodSync(folder.path, 0o700);
    if (process.getuid!() !== 0) return;
    chownSync(file, 65_534, 65_534);
    expect((await ourError(readTrusted(file))).message).to.include('65534');
  });
});
