import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openKillSwitch } from '../../../../src/adapters/host/kill-switch.ts';
import { realTime } from '../../../../src/adapters/host/real-time.ts';
import { VoltanaError } from '../../../../src/domain/errors.ts';
import { until } from '../../../fixtures/programs.ts';

describe('kill switch', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'voltana-kill-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('a file kills while it is there, the first one by its name, and another that is watched later', async () => {
    const [own, other] = [join(folder, 'kill'), join(folder, 'other')];
    writeFileSync(own, '');
    const kill = await openKillSwitch([own], realTime());
    expect(kill.reason, 'there before anybody looked').to.include(own);
    kill.forget();
    expect(kill.reason, 'a file is not forgotten').to.include(own);
    rmSync(own);
    await until('it lives', () => kill.reason === null);
    kill.watch(other);
    expect(kill.files).to.deep.equal([own, other]);
    writeFileSync(other, '');
    await until('it is killed', () => kill.reason?.includes(other) === true);
    kill.close();
  });

  it('a signal kills until it is forgotten, and nobody listens after the end', async () => {
    const before = process.listenerCount('SIGUSR2');
    const kill = await openKillSwitch([join(folder, 'kill')], realTime());
    process.kill(process.pid, 'SIGUSR2');
    await until('it is killed', () => kill.reason === 'by SIGUSR2');
    kill.forget();
    expect(kill.reason).to.equal(null);
    kill.close();
    expect(process.listenerCount('SIGUSR2')).to.equal(before);
  });

  it('refuses a path that depends on where somebody stands', async () => {
    const kill = await openKillSwitch([], realTime());
    expect(() => kill.watch('kill')).to.throw(VoltanaError, 'not absolute');
    kill.close();
  });
});
