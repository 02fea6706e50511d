import { mkdirSync } from 'node:fs';
import { expect } from 'chai';
import type { Check, Diagnosis } from '../../../src/domain/diagnosis.ts';
import { demoFolder, RUN, startGroup } from '../../fixtures/demo.ts';
import { enabledUnit, fakeMachine, running } from '../../fixtures/managers/tree.ts';
import { fakeNvml, needsGcc, type FakeNvml } from '../../fixtures/nvml/fake-nvml.ts';
import { validator } from '../../fixtures/schemas.ts';

const files = demoFolder();
const WITHOUT = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('VOLTANA_')));
/** Where nobody listens, whatever runs on this machine. */
const NOBODY = `unix:${files.at('none.sock')}`;

const doctor = async (...args: readonly string[]) => {
  const started = startGroup(process.execPath, [RUN, 'doctor', ...args], { cwd: files.folder, env: WITHOUT });
  const exit = await started.ended;
  return { exit, stdout: started.stdout(), stderr: started.stderr() };
};

const diagnosed = async (...args: readonly string[]) => {
  const { exit, stdout, stderr } = await doctor('--json', ...args);
  expect(stderr).to.equal('');
  const diagnosis = JSON.parse(stdout) as Diagnosis;
  const validate = validator('doctor');
  expect(validate(diagnosis), JSON.stringify(validate.errors)).to.equal(true);
  expect(exit).to.equal(diagnosis.exitCode);
  return diagnosis;
};

const of = ({ checks }: Diagnosis, id: string): readonly Check[] => checks.filter((check) => check.id === id);

describe('voltana doctor', function () {
  this.timeout(60_000);
  const empty = files.at('empty');
  mkdirSync(empty);
  after(() => files.remove());

  describe('on a machine without GPUs', () => {
    it('says so plainly, says what works all the same, and exits 3', async () => {
      const { exit, stdout, stderr } = await doctor('--sysfs', empty, '--watch', '0');
      expect({ exit, stderr }).to.deep.equal({ exit: 3, stderr: '' });
      expect(stdout).to.include('no GPU here').and.to.include('voltana simulate');
      expect(stdout).to.not.match(/\u001b/);
      expect(Math.max(...stdout.split('\n').map((line) => line.length))).to.be.at.most(80);
    });

    it('an emulated cluster needs none: exit 0, and a document also in a file', async () => {
      const file = files.at('doctor.json');
      const diagnosis = await diagnosed('--sysfs', empty, '--cluster', 'emulated-2p2d-a100-llama-3.1-8b', '--output', file);
      expect(diagnosis).to.include({ exitCode: 0, cluster: 'emulated-2p2d-a100-llama-3.1-8b', agent: null });
    });

    it('an agent and a library that were named must be there', async () => {
      const diagnosis = await diagnosed('--sysfs', empty, '--agent', NOBODY, '--nvml', files.at('none.so'));
      expect(of(diagnosis, 'agent.answers')[0]).to.include({ status: 'failure', exitCode: 3 });
      expect(of(diagnosis, 'drivers.nvml')[0]).to.include({ status: 'failure', exitCode: 3 });
    });

    it('an address and a cluster that are none are wrong usage', async () => {
      expect(await doctor('--agent', 'http://node-7')).to.include({ exit: 2, stdout: '' });
      expect(await doctor('--cluster', 'nowhere.yaml')).to.include({ exit: 2, stdout: '' });
      expect(await doctor('--watch', '-1')).to.include({ exit: 2, stdout: '' });
    });
  });

  describe('with GPUs', () => {
    let gpus: FakeNvml;
    before(needsGcc);
    beforeEach(() => (gpus = fakeNvml({ gpus: 2 })));
    afterEach(() => gpus?.close());

    it('names each, watches them, sets nothing and lets go of the driver', async () => {
      gpus.setPersistence(1, false);
      gpus.setMig(0, true);
      const diagnosis = await diagnosed('--nvml', gpus.library, '--sysfs', empty);
      expect(diagnosis.devices.map(({ id, clocks }) => [id, clocks])).to.deep.equal(gpus.ids.map((id) => [id, gpus.clocksMhz.length]));
      expect(of(diagnosis, 'devices.persistence').map(({ finding }) => finding.slice(0, 6))).to.deep.equal(['GPU 1:']);
      expect(of(diagnosis, 'devices.sharing').map(({ finding }) => finding.slice(0, 6))).to.deep.equal(['GPU 0:']);
      expect(of(diagnosis, 'devices.energy')).to.have.length(2);
      expect(gpus.settings()).to.deep.equal([]);
      expect(gpus.openedBy()).to.deep.equal([]);
    });

    it('another manager on the machine is a failure that says where it is: exit 4', async () => {
      const machine = fakeMachine({
        ...enabledUnit('gpu.service', '[Service]\nExecStart=/usr/bin/nvidia-smi -lgc 1005\n'),
        ...running(40, '/usr/bin/nv-hostengine', '-n'),
      });
      try {
        const diagnosis = await diagnosed('--nvml', gpus.library, '--sysfs', machine.root, '--watch', '0');
        expect(diagnosis.exitCode).to.equal(4);
        expect(diagnosis.managers.map(({ found }) => found)).to.deep.equal(['/etc/systemd/system/gpu.service:2 (nvidia-smi)']);
      } finally {
        machine.remove();
      }
    });

    it('a GPU that the driver has lost is missed, by what is on the bus', async () => {
      gpus.lose(1);
      const bus = (address: string) => ({
        [`/sys/bus/pci/devices/${address}/class`]: '0x030200\n',
        [`/sys/bus/pci/devices/${address}/vendor`]: '0x10de\n',
      });
      const machine = fakeMachine({ ...bus('0000:3b:00.0'), ...bus('0000:3c:00.0') });
      try {
        const diagnosis = await diagnosed('--nvml', gpus.library, '--sysfs', machine.root, '--watch', '0');
        expect(diagnosis.devices.map(({ id }) => id)).to.deep.equal([gpus.ids[0]]);
        expect(of(diagnosis, 'drivers.nvml')[0]).to.include({ status: 'warning' });
      } finally {
        machine.remove();
      }
    });
  });
});
