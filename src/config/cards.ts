import { clockProblem, type EngineCard, type GpuCard, type ModelCard } from '../domain/cards.ts';
import { VoltanaError } from '../domain/errors.ts';
import { validateEngine, validateGpu, validateModel, validateWorkload } from '../schemas/compiled/validators.js';
import engineSchema from '../schemas/engine.schema.json' with { type: 'json' };
import gpuSchema from '../schemas/gpu.schema.json' with { type: 'json' };
import modelSchema from '../schemas/model.schema.json' with { type: 'json' };
import workloadSchema from '../schemas/workload.schema.json' with { type: 'json' };
import { parseDocumentOf } from './document.ts';

/** Beyond its schema: the clock table can be built. */
export function parseGpuCard(text: string, file: string): GpuCard {
  const card = parseDocumentOf<GpuCard>(text, file, validateGpu, gpuSchema);
  const problem = clockProblem(card.clock);
  if (problem !== null) throw new VoltanaError('FILE_MALFORMED', `${file}: ${problem}`);
  return card;
}

/** Beyond its schema: a token cannot ask for more experts than there are. */
export function parseModelCard(text: string, file: string): ModelCard {
  const card = parseDocumentOf<ModelCard>(text, file, validateModel, modelSchema);
  if (card.moe && card.moe.expertsPerToken > card.moe.experts) {
    throw new VoltanaError(
      'FILE_MALFORMED',
      `${file}: moe.expertsPerToken ${card.moe.expertsPerToken} is more than moe.experts ${card.moe.experts}`,
    );
  }
  return card;
}

/** Beyond its schema: the next larger captured batch is the next one listed. */
export function parseEngineCard(text: string, file: string): EngineCard {
  const card = parseDocumentOf<EngineCard>(text, file, validateEngine, engineSchema);
  if (card.captureSizes.some((size, i, sizes) => i > 0 && size < sizes[i - 1]!))
    throw new VoltanaError('FILE_MALFORMED', `${file}: captureSizes must ascend`);
  return card;
}

/** The workload's own rules beyond its schema are checked by `checkWorkloadCard`. */
export const parseWorkloadCard = <T>(text: string, file: string): T => parseDocumentOf(text, file, validateWorkload, workloadSchema);
