import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'chai';
import type { Processes } from '../../src/ports/processes.ts';

/** Every Processes passes this. */
export const processesContract = (name: string, create: () => Processes): void => {
  describe(`processes contract: ${name}`, () => {
    it('whoever asks is alive, and is the same each time it asks', () => {
      const { self, isAlive } = create();
      expect(self.pid).to.equal(process.pid);
      expect(isAlive(self)).to.equal(true);
      expect(create().self).to.deep.equal(self);
    });

    it('a later process with the same pid is another one', () => {
      const { self, isAlive } = create();
      expect(isAlive({ ...self, startedAt: 'long ago' })).to.equal(false);
    });

    it('a process that has ended is not alive', async () => {
      const { self, isAlive } = create();
      const child = spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' });
      await once(child, 'exit');
      expect(isAlive({ ...self, pid: child.pid! })).to.equal(false);
    });

    it('asks nothing of a pid that no process can have', () => {
      const { self, isAlive } = create();
      for (const pid of [0, -1, 2 ** 31, Number.MAX_SAFE_INTEGER]) expect(isAlive({ ...self, pid })).to.equal(false);
    });
  });
};
