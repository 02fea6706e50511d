import { VoltanaError } from '../../../domain/errors.ts';
import type { Start } from './start.ts';

/** As CUDA takes them: an index, or a UUID of a GPU or of a part of one. */
const CUDA_NAME = /^(\d+|(GPU|MIG)-[\w/-]+)$/;

/** These give an engine GPUs of their own choice, and show it only those. */
const ASSIGNING = new Set(['slurm', 'kubernetes']);

/** Shows an engine its GPUs alone, counted as the driver counts them. @throws VoltanaError BAD_VALUE for names that CUDA does not know */
export function gpuEnv({ cluster: { engine, launcher }, instance: { id, gpus } }: Start): Readonly<Record<string, string>> {
  if (ASSIGNING.has(launcher.kind)) return {};
  const unknown = gpus.find((gpu) => !CUDA_NAME.test(gpu));
  if (unknown === undefined) return { CUDA_DEVICE_ORDER: 'PCI_BUS_ID', CUDA_VISIBLE_DEVICES: gpus.join(',') };
  // Such an engine may run without a GPU.
  if (engine.kind === 'openai') return {};
  throw new VoltanaError('BAD_VALUE', `instance "${id}" lists "${unknown}", which is no GPU's index or UUID`, {
    hint: 'Name GPUs as "nvidia-smi -L" does: by UUID (GPU-...) or by index.',
  });
}
