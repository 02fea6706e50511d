import type { FoundManager } from '../../../domain/manager.ts';
import { namesOf, type RunningProgram } from './process-list.ts';
import type { Tree } from './tree.ts';

/** Where it writes down the GPUs that it has capped. */
const MANAGED = '/var/lib/dynamo-power-agent/managed_gpus.json';
const UUID = /GPU-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;
const PROGRAMS = ['power_agent.py', 'power_agent'];

const COMMON = { name: 'dynamo-power-agent', sets: 'power', families: ['nvml'], verdict: 'cede' } as const;

/**
 * NVIDIA Dynamo's power agent caps the power of GPUs whose pods carry the annotation dynamo.nvidia.com/gpu-power-limit
 * (components/power_agent in its repository). A cap and a lock stand side by side: it keeps the power, we the clocks.
 */
export async function dynamoManagers(tree: Tree, programs: readonly RunningProgram[]): Promise<FoundManager[]> {
  const capped = [...new Set((await tree.text(MANAGED))?.match(UUID) ?? [])];
  const running = programs.filter((program) => namesOf(program).some((name) => PROGRAMS.includes(name)));
  const devices = capped.length === 0 ? null : capped;
  const advice = 'Nothing to do: power limits stay its own. A pod without the annotation dynamo.nvidia.com/gpu-power-limit is not capped.';
  if (running.length > 0) return running.map(({ pid }) => ({ ...COMMON, found: `process ${pid}`, devices, confidence: 'active', advice }));
  if (devices === null) return [];
  const left = `It does not run, but its caps may be in force: start it again, or nvidia-smi -i GPU -pl WATTS, then remove ${MANAGED}.`;
  return [{ ...COMMON, found: MANAGED, devices, confidence: 'configured', advice: left }];
}
