import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openKillSwitch } from '../../src/adapters/host/kill-switch.ts';
import { realTime } from '../../src/adapters/host/real-time.ts';
import { killSwitchContract } from './kill-switch.ts';

killSwitchContract('files and SIGUSR2', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'voltana-kill-'));
  const [own, other] = [join(folder, 'kill'), join(folder, 'other')];
  const kill = await openKillSwitch([own], realTime());
  return {
    ...{ kill, own, other },
    make: (file) => writeFileSync(file, ''),
    remove: (file) => rmSync(file),
    close() {
      kill.close();
      rmSync(folder, { recursive: true });
    },
  };
});
