import type { EngineCard, GpuCard, ModelCard } from '../domain/cards.ts';
import { VoltanaError } from '../domain/errors.ts';
import { validateEngine, validateGpu, validateModel, validateWorkload } from '../schemas/compiled/validators.js';
import engineSchema from '../schemas/engine.schema.json' with { type: 'json' };
import gpuSchema from '../schemas/gpu.schema.json' with { type: 'json' };
import modelSchema from '../schemas/model.schema.json' with { type: 'json' };
import workloadSchema from '../schemas/workload.schema.json' with { type: 'json' };
import { parseDocumentOf } from './document.ts';

export const parseGpuCard = (text: string, file: string): GpuCard => parseDocumentOf(text, file, validateGpu, gpuSchema);
/** Beyond its schema: a token cannot ask for more experts than there are. */
export function parseModelCard(text: string, file: string): ModelCard {
  const card = parseDocumentOf<ModelCard>(text, file, validateModel, modelSchema);
  if (card.moe && card.moe.expertsPerToken > card.moe.experts) {
    throw new VoltanaError('FILE_MALFORMED', `${file}: moe.expertsPerToken ${card.moe.expertsPerToken} is more than moe.experts ${card.moe.experts}`);
  }
  return card;
}
export const parseEngineCard = (text: string, file: string): EngineCard => parseDocumentOf(text, file, validateEngine, engineSchema);
/** The workload's own rules beyond its schema are checked by `checkWorkloadCard`. */
export const parseWorkloadCard = <T>(text: string, file: string): T => parseDocumentOf(text, file, validateWorkload, workloadSchema);
