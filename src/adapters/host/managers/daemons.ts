import { basename } from 'node:path';
import type { FoundManager } from '../../../domain/manager.ts';
import { verdictOn } from './finding.ts';
import { namesOf, type RunningProgram } from './process-list.ts';
import { settingsOf } from './settings.ts';

type Known = Omit<FoundManager, 'found' | 'confidence' | 'devices'>;

/** Programs that set something merely by running. Those that only read (nv-hostengine, exporters) are not here. */
const DAEMONS: Readonly<Record<string, Known>> = {
  'nvidia-powerd': {
    name: 'nvidia-powerd',
    sets: 'power',
    families: ['nvml'],
    verdict: 'cede',
    advice: 'Nothing to do: it moves power between processor and GPU; voltana only locks clocks.',
  },
  lactd: {
    name: 'lact',
    sets: 'both',
    families: ['nvml', 'amdgpu'],
    verdict: 'warn',
    advice: 'Check that its configuration (/etc/lact/config.yaml) sets no clocks of these GPUs.',
  },
  'auto-cpufreq': {
    name: 'auto-cpufreq',
    sets: 'clocks',
    families: ['cpufreq'],
    verdict: 'refuse',
    advice: 'It sets processor clocks again and again. Stop it: sudo systemctl disable --now auto-cpufreq.',
  },
  tuned: {
    name: 'tuned',
    sets: 'clocks',
    families: ['cpufreq'],
    verdict: 'warn',
    advice: 'Nothing to do for GPUs; for processors choose a profile that sets no frequencies: tuned-adm active.',
  },
  'power-profiles-daemon': {
    name: 'power-profiles-daemon',
    sets: 'clocks',
    families: ['cpufreq'],
    verdict: 'warn',
    advice: 'Nothing to do for GPUs; for processors keep one profile: powerprofilesctl set performance.',
  },
};

const active = (known: Known, pid: number, devices: FoundManager['devices'] = null): FoundManager => ({
  ...known,
  found: `process ${pid}`,
  devices,
  confidence: 'active',
});

const ZEUSD = 'zeusd';

/** zeusd says with --enable which of its groups it serves; without it, all of them. */
function zeusd({ pid, words }: RunningProgram): FoundManager[] {
  const at = words.findIndex((word) => word.split('=')[0] === '--enable');
  const groups = at === -1 ? null : (words[at]!.split('=')[1] ?? words[at + 1] ?? '').split(',');
  if (groups !== null && !groups.includes('gpu-control')) return [];
  const advice = 'Serve only its readings: zeusd serve --enable gpu-read,cpu-read; or stop it while voltana runs.';
  return [active({ name: ZEUSD, sets: 'both', families: ['nvml', 'amdgpu'], verdict: 'refuse', advice }, pid)];
}

/** A job step that asked Slurm for a clock. */
function gpuFreq({ pid, words }: RunningProgram): FoundManager[] {
  if (!words.some((word) => word.split('=')[0] === '--gpu-freq')) return [];
  const advice = 'Start the job without --gpu-freq on nodes where voltana sets the clocks.';
  return [active({ name: 'slurm', sets: 'clocks', families: ['nvml', 'amdgpu'], verdict: 'refuse', advice }, pid)];
}

/** Whether these are the words of a `voltana agent`, from its package or a checkout. */
export const isAgent = (words: readonly string[]): boolean => {
  const at = words.findIndex((word) => /^(voltana|voltana\.js)$/.test(basename(word)) || /\/voltana\/(bin\/run\.js|dist\/.*)$/.test(word));
  return at !== -1 && at <= 2 && words[at + 1] === 'agent';
};

function otherAgent({ pid }: RunningProgram): FoundManager[] {
  const advice = 'Run one agent per machine: sudo systemctl status voltana-agent tells of the usual one.';
  return [active({ name: 'voltana-agent', sets: 'both', families: ['nvml', 'amdgpu', 'cpufreq'], verdict: 'refuse', advice }, pid)];
}

/** A tool that is setting something this moment, or again and again under `watch`. */
function tool({ pid, words }: RunningProgram): FoundManager[] {
  return settingsOf(words).map((setting) => ({
    name: setting.tool,
    found: `process ${pid}`,
    sets: setting.sets,
    families: setting.families,
    devices: setting.devices,
    confidence: 'active',
    ...verdictOn(setting, `End process ${pid}`),
  }));
}

const SLURM_CLIENTS = ['srun', 'slurmstepd', 'salloc', 'sbatch'];

/** Running programs that set clocks or power. Pure. */
export const daemonManagers = (programs: readonly RunningProgram[]): FoundManager[] =>
  programs.flatMap((program) => {
    const names = namesOf(program);
    const known = names.map((name) => (Object.hasOwn(DAEMONS, name) ? DAEMONS[name] : undefined)).find((one) => one !== undefined);
    if (known !== undefined) return [active(known, program.pid)];
    if (names.includes(ZEUSD)) return zeusd(program);
    if (names.some((name) => SLURM_CLIENTS.includes(name))) return gpuFreq(program);
    return isAgent(program.words) ? otherAgent(program) : tool(program);
  });
