import { expect } from 'chai';
import { findManagers } from '../../../../../src/adapters/host/managers/find.ts';
import type { FoundManager } from '../../../../../src/domain/manager.ts';
import { enabledUnit, fakeMachine, running, script } from '../../../../fixtures/managers/tree.ts';

type Files = Parameters<typeof fakeMachine>[0];

const search = async (files: Files, ignoredPids: readonly number[] = []): Promise<FoundManager[]> => {
  const machine = fakeMachine(files);
  try {
    return await findManagers({ root: machine.root, ignoredPids });
  } finally {
    machine.remove();
  }
};

const brief = ({ name, found, sets, devices, confidence, verdict }: FoundManager) => ({ name, found, sets, devices, confidence, verdict });
const one = async (files: Files): Promise<ReturnType<typeof brief>> => {
  const found = await search(files);
  expect(found, JSON.stringify(found)).to.have.length(1);
  return brief(found[0]!);
};

const UUIDS = ['GPU-5f7a1b2c-0000-1111-2222-333344445555', 'GPU-5f7a1b2c-0000-1111-2222-333344446666'];
const MANAGED = '/var/lib/dynamo-power-agent/managed_gpus.json';
const TIMER = { '/etc/systemd/system/timers.target.wants/gpu.timer': { link: '/etc/systemd/system/gpu.timer' } };

describe('findManagers', () => {
  describe('finds', () => {
    it('a boot unit with nvidia-smi -lgc, its line and its GPU', async () => {
      const text =
        '[Service]\nType=oneshot\nExecStartPre=/usr/bin/nvidia-smi -pm 1\nExecStart=-/usr/bin/nvidia-smi -i 0,1 -lgc 1005,1005\n';
      expect(await one(enabledUnit('gpu-clocks.service', text))).to.deep.equal({
        name: 'boot-unit',
        found: '/etc/systemd/system/gpu-clocks.service:4 (nvidia-smi)',
        sets: 'clocks',
        devices: ['0', '1'],
        confidence: 'configured',
        verdict: 'refuse',
      });
    });

    it('a power limit beside it: both, each with its own verdict', async () => {
      const unit = enabledUnit('gpu.service', "[Service]\nExecStart=/bin/sh -c 'nvidia-smi -pl 250; nvidia-smi --lock-gpu-clocks=1005'\n");
      expect((await search(unit)).map(({ sets, verdict }) => [sets, verdict])).to.deep.equal([
        ['power', 'cede'],
        ['clocks', 'refuse'],
      ]);
    });

    it('a script that a unit starts, with the line of the script', async () => {
      const found = await one({
        ...enabledUnit('gpu.service', '[Service]\nExecStart=/usr/local/sbin/gpu.sh --now\n'),
        '/usr/local/sbin/gpu.sh': script('# nvidia-smi -lgc 600\nLIMIT=250\nnvidia-smi -pl ${LIMIT}'),
      });
      expect(found).to.include({
        found: '/usr/local/sbin/gpu.sh:4, started by /etc/systemd/system/gpu.service:2 (nvidia-smi)',
        sets: 'power',
      });
    });

    it('an addition to a unit, a unit of an instance, and one that a timer starts', async () => {
      const found = await search({
        ...enabledUnit('engine.service', '[Service]\nExecStart=/usr/bin/engine\n'),
        '/etc/systemd/system/engine.service.d/clocks.conf': '[Service]\nExecStartPre=+/usr/bin/nvidia-smi -ac 1215,1410\n',
        '/usr/lib/systemd/system/lock@.service': '[Service]\nExecStart=nvidia-smi -i %i -lmc 1215\n',
        '/etc/systemd/system/multi-user.target.wants/lock@3.service': { link: '/usr/lib/systemd/system/lock@.service' },
        ...TIMER,
        '/etc/systemd/system/gpu.timer': '[Timer]\nOnBootSec=1min\n',
        '/etc/systemd/system/gpu.service': '[Service]\nExecStart=/opt/rocm/bin/rocm-smi -d 0 1 --setsclk 3\n',
      });
      expect(found.map(({ found: place, devices }) => [place, devices])).to.have.deep.members([
        ['/etc/systemd/system/engine.service.d/clocks.conf:2 (nvidia-smi)', null],
        ['/usr/lib/systemd/system/lock@.service:2 (nvidia-smi)', null],
        ['/etc/systemd/system/gpu.service:2 (rocm-smi)', ['0', '1']],
      ]);
    });

    it('lines of cron, system-wide and of a user, at boot and by the clock', async () => {
      const found = await search({
        '/etc/crontab': 'SHELL=/bin/sh\n# m h dom mon dow user command\n@reboot root /usr/bin/nvidia-smi -lgc 1200\n',
        '/etc/cron.d/power': '*/5 * * * * root nvidia-smi -i 2 --power-limit=300 >/dev/null 2>&1\n',
        '/var/spool/cron/crontabs/ops': '0 3 * * * sudo dcgmi config --set -g 1 -a 5001,1410\n',
        '/etc/cron.hourly/amd': script('amd-smi set --gpu 0 --power-cap 400'),
      });
      expect(found.map((manager) => brief(manager)).map(({ found: place, sets, devices }) => [place, sets, devices])).to.deep.equal([
        ['/etc/crontab:3 (nvidia-smi)', 'clocks', null],
        ['/etc/cron.d/power:1 (nvidia-smi)', 'power', ['2']],
        ['/var/spool/cron/crontabs/ops:1 (dcgmi)', 'clocks', null],
        ['/etc/cron.hourly/amd:2 (amd-smi)', 'power', ['0']],
      ]);
    });

    it('rc.local that may be executed, and what it writes to the kernel', async () => {
      const found = await search({
        '/etc/rc.local': script(
          'echo manual > /sys/class/drm/card0/device/power_dpm_force_performance_level\necho 2000000 | tee /sys/devices/system/cpu/cpufreq/policy0/scaling_max_freq',
        ),
      });
      expect(found.map(({ found: place, families, verdict }) => [place, families[0], verdict])).to.deep.equal([
        ['/etc/rc.local:2 (power_dpm_force_performance_level)', 'amdgpu', 'refuse'],
        ['/etc/rc.local:3 (scaling_max_freq)', 'cpufreq', 'warn'],
      ]);
    });

    it("Dynamo's power agent, and the GPUs that it has capped", async () => {
      const files = { ...running(812, 'python3', '/app/power_agent.py', '--node', 'n1'), [MANAGED]: JSON.stringify({ uuids: UUIDS }) };
      expect(await one(files)).to.deep.equal({
        name: 'dynamo-power-agent',
        found: 'process 812',
        sets: 'power',
        devices: UUIDS,
        confidence: 'active',
        verdict: 'cede',
      });
      expect(await one({ [MANAGED]: JSON.stringify(UUIDS) })).to.include({ found: MANAGED, confidence: 'configured', verdict: 'cede' });
      expect(await one(running(9, '/usr/bin/python3.11', '-m', 'power_agent'))).to.include({ devices: null, confidence: 'active' });
    });

    it('Slurm with GpuFreqDef, running or not, and a step that asks for a clock', async () => {
      const conf = { '/etc/slurm/slurm.conf': 'ClusterName=a\n#GpuFreqDef=low\nGpuFreqDef=medium,memory=high # all steps\n' };
      expect(await one(conf)).to.include({
        name: 'slurm',
        confidence: 'configured',
        found: '/etc/slurm/slurm.conf:3 (GpuFreqDef=medium,memory=high)',
      });
      expect(await one({ ...conf, ...running(50, '/usr/sbin/slurmd', '-D') })).to.include({ confidence: 'active', verdict: 'refuse' });
      expect(await one(running(77, 'srun', '--gpus=1', '--gpu-freq=1005', './train'))).to.include({ name: 'slurm', found: 'process 77' });
    });

    it('zeusd that serves control, nvidia-powerd, a loop of nvidia-smi, another agent', async () => {
      const found = await search({
        ...running(1, '/usr/local/bin/zeusd', 'serve', '--socket-path', '/run/zeusd/zeusd.sock'),
        ...running(2, 'zeusd', 'serve', '--enable', 'gpu-read,gpu-control'),
        ...running(3, '/usr/bin/nvidia-powerd'),
        ...running(4, 'watch', '-n5', 'nvidia-smi', '-lgc', '900'),
        ...running(5, 'node', '/opt/voltana/bin/run.js', 'agent', '--config', '/etc/voltana/agent.yaml'),
        ...running(6, 'node', '/usr/bin/voltana', 'agent'),
      });
      expect(found.map(({ name, found: place, verdict }) => [name, place, verdict])).to.deep.equal([
        ['zeusd', 'process 1', 'refuse'],
        ['zeusd', 'process 2', 'refuse'],
        ['nvidia-powerd', 'process 3', 'cede'],
        ['nvidia-smi', 'process 4', 'refuse'],
        ['voltana-agent', 'process 5', 'refuse'],
        ['voltana-agent', 'process 6', 'refuse'],
      ]);
    });

    it('TLP that sets processor clocks, auto-cpufreq, tuned: of processors only', async () => {
      const found = await search({
        ...enabledUnit('tlp.service', '[Service]\nExecStart=/usr/sbin/tlp init start\n'),
        '/etc/tlp.conf': '# CPU_SCALING_MAX_FREQ_ON_BAT=1\nCPU_SCALING_MAX_FREQ_ON_AC="2400000"\n',
        ...running(8, '/usr/bin/python3', '-Es', '/usr/sbin/tuned', '-l', '-P'),
        ...running(9, '/opt/auto-cpufreq/venv/bin/python', '/usr/local/bin/auto-cpufreq', '--daemon'),
      });
      expect(found.map(({ name, verdict }) => [name, verdict])).to.deep.equal([
        ['tuned', 'warn'],
        ['auto-cpufreq', 'refuse'],
        ['tlp', 'refuse'],
      ]);
      expect(found.flatMap(({ families }) => families)).to.deep.equal(['cpufreq', 'cpufreq', 'cpufreq']);
    });
  });

  describe('is silent about', () => {
    const silent: Readonly<Record<string, Files>> = {
      'a machine without any of its files': {},
      'units that only read': enabledUnit(
        'gpu.service',
        '[Service]\nExecStart=/usr/bin/nvidia-smi -q -d CLOCK\nExecStartPost=nvidia-smi --query-gpu=clocks.sm --format=csv -i 0\nExecStartPost=/usr/bin/nvidia-smi -pm 1\n',
      ),
      'a comment, and a unit that gives back when it stops': enabledUnit(
        'gpu.service',
        '[Unit]\nDescription=nvidia-smi -lgc 1000\n[Service]\n#ExecStart=nvidia-smi -lgc 1000\n;ExecStart=nvidia-smi -lgc 1000\nExecStart=/bin/true # nvidia-smi -lgc 1000\nExecStop=/usr/bin/nvidia-smi -lgc 300\n',
      ),
      'a unit that nothing enables': { '/etc/systemd/system/gpu.service': '[Service]\nExecStart=nvidia-smi -lgc 1000\n' },
      'a unit that is masked': {
        '/etc/systemd/system/gpu.service': { link: '/dev/null' },
        '/usr/lib/systemd/system/gpu.service': '[Service]\nExecStart=nvidia-smi -lgc 1000\n',
        '/usr/lib/systemd/system/multi-user.target.wants/gpu.service': { link: '../gpu.service' },
      },
      'resets to the default': {
        '/etc/rc.local': script(
          'nvidia-smi -rgc\nrocm-smi --setperflevel auto\necho auto > /sys/class/drm/card0/device/power_dpm_force_performance_level',
        ),
      },
      'rc.local that nothing runs': { '/etc/rc.local': script('nvidia-smi -lgc 1000', 0o644) },
      'text about tools': {
        '/etc/rc.local': script('echo "try nvidia-smi -lgc 1000"\nlogger -t gpu nvidia-smi -lgc 1000\ngrep -q "nvidia-smi -pl" /etc/x'),
      },
      'commented lines of cron, and files that cron passes over': {
        '/etc/crontab': '#@reboot root nvidia-smi -lgc 1200\n',
        '/etc/cron.d/old.bak': '@reboot root nvidia-smi -lgc 1200\n',
        '/etc/cron.daily/off': script('nvidia-smi -lgc 1200', 0o644),
      },
      'DCGM that merely exports': {
        ...running(20, '/usr/bin/nv-hostengine', '-n', '--service-account', 'nvidia-dcgm'),
        ...running(21, '/usr/bin/dcgm-exporter', '-f', '/etc/dcgm-exporter/default-counters.csv'),
        ...running(22, 'dcgmi', 'config', '--get', '-g', '1'),
      },
      'Slurm that only meters': {
        '/etc/slurm/slurm.conf': 'AcctGatherEnergyType=acct_gather_energy/gpu\nGpuFreqDef=\n',
        ...running(30, '/usr/sbin/slurmd'),
        ...running(31, 'slurmstepd: [12.0]'),
      },
      'zeusd that only reads': running(40, 'zeusd', 'serve', '--enable=gpu-read,cpu-read'),
      'TLP without clocks, and TLP that is off': {
        ...enabledUnit('tlp.service', '[Service]\nExecStart=/usr/sbin/tlp init start\n'),
        '/etc/tlp.conf': 'CPU_SCALING_MAX_FREQ_ON_AC=\nTLP_ENABLE=1\n',
      },
      'an empty list of Dynamo': { [MANAGED]: '[]' },
      'other programs of ours, editors and greps': {
        ...running(50, 'node', '/opt/voltana/bin/run.js', 'serve', '--cluster', 'agent'),
        ...running(51, 'vim', 'power_agent.py'),
        ...running(52, 'grep', 'nvidia-smi', '-lgc'),
        ...running(53, 'ssh-agent'),
        ...running(54, 'constructor', 'toString'),
      },
    };
    for (const [what, files] of Object.entries(silent)) {
      it(what, async () => expect(await search(files)).to.deep.equal([]));
    }

    it('the process that asks', async () => {
      expect(await search(running(5, 'node', '/opt/voltana/bin/run.js', 'agent'), [5])).to.deep.equal([]);
    });
  });

  it('survives what is no text, endless links, folders in place of files and huge files', async () => {
    const found = await search({
      '/etc/crontab/inner': 'x',
      '/etc/rc.local': { link: '/etc/rc.local' },
      '/etc/slurm/slurm.conf': 'GpuFreqDef=low\n'.repeat(100_000),
      '/usr/local/sbin/tool': '\u0000ELF nvidia-smi -lgc 1000',
      ...enabledUnit('a.service', '[Service]\nExecStart=/usr/local/sbin/tool\nExecStart=don\'t "\n'),
      '/proc/12/cmdline': '',
    });
    expect(found).to.deep.equal([]);
  });
});
