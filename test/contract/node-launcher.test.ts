import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNodeLauncher } from '../../src/adapters/launch/node/node-launcher.ts';
import { localTransport, sshTransport } from '../../src/adapters/launch/node/transports.ts';
import type { Transport } from '../../src/adapters/launch/node/transport.ts';
import type { EngineProcess, Launcher } from '../../src/ports/launcher.ts';
import { enginesOf } from '../fixtures/launch/engine-pids.ts';
import { engineProcess, engineProcesses, whenAnswering } from '../fixtures/launch/engines.ts';
import { startSshd, whyNoSshd, type Sshd } from '../fixtures/launch/sshd.ts';
import { launcherContract, type LauncherSubject } from './launcher.ts';

const FOLDERS = mkdtempSync(join(tmpdir(), 'voltana-test-contract-'));
after(() => rmSync(FOLDERS, { recursive: true, force: true }));
const newFolder = (): string => mkdtempSync(join(FOLDERS, 'run-'));

/** Marks our engines among all processes of the machine: those behind ssh are nobody's children here. */
const contractOn = async (transport: Transport): Promise<LauncherSubject> => {
  const mark = `mark-${process.pid}-${transport.install.length}`;
  const engines = () => engineProcesses({ p0: 'prefill', d0: 'decode' }, [mark]);
  const on = (processes: readonly EngineProcess[]): Launcher =>
    createNodeLauncher({ processes, transport, whenReady: whenAnswering, graceS: 0.5, workDir: newFolder() });
  const [p0, d0] = await engines();
  return {
    launcher: on([p0!, d0!]),
    ids: ['p0', 'd0'],
    broken: on([p0!, engineProcess('d0', 'decode', d0!.ports['http']!, [mark, 'dies'])]),
    brokenId: 'd0',
    lastWords: 'cannot go on',
    beside: async () => on(await engines()),
    pids: () => enginesOf(mark),
  };
};

launcherContract('engines as local processes', () => contractOn(localTransport));

describe('over ssh', () => {
  let sshd: Sshd | undefined;
  before(async function () {
    const why = whyNoSshd();
    if (why !== null) {
      process.stderr.write(`    skipped: ${why}\n`);
      this.skip();
    }
    sshd = await startSshd();
  });
  after(() => sshd?.stop());
  launcherContract('engines over ssh', () => contractOn(sshTransport({ user: sshd!.user, options: sshd!.options })));
});
