import type { FoundManager } from '../../../domain/manager.ts';
import { lastValue } from './key-values.ts';
import { namesOf, type RunningProgram } from './process-list.ts';
import type { Tree } from './tree.ts';

const FILES = [
  '/etc/slurm/slurm.conf',
  '/etc/slurm-llnl/slurm.conf',
  '/usr/local/etc/slurm.conf',
  '/var/spool/slurmd/conf-cache/slurm.conf',
];

/**
 * GpuFreqDef makes slurmd set the clocks of every step that has GPUs, and reset them when it ends. AcctGatherEnergyType
 * only reads.
 */
export async function slurmManagers(tree: Tree, programs: readonly RunningProgram[]): Promise<FoundManager[]> {
  for (const file of FILES) {
    const line = lastValue((await tree.text(file)) ?? '', 'GpuFreqDef');
    if (line === null || line.value === '') continue;
    const runs = programs.some((program) => namesOf(program).includes('slurmd'));
    return [
      {
        name: 'slurm',
        found: `${file}:${line.number} (GpuFreqDef=${line.value})`,
        sets: 'clocks',
        families: ['nvml', 'amdgpu'],
        devices: null,
        confidence: runs ? 'active' : 'configured',
        verdict: 'refuse',
        advice: 'Take GpuFreqDef out of slurm.conf on this node, then: sudo scontrol reconfigure.',
      },
    ];
  }
  return [];
}
