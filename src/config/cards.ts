import type { EngineCard, GpuCard, ModelCard } from '../domain/cards.ts';
import { validateEngine, validateGpu, validateModel, validateWorkload } from '../schemas/compiled/validators.js';
import engineSchema from '../schemas/engine.schema.json' with { type: 'json' };
import gpuSchema from '../schemas/gpu.schema.json' with { type: 'json' };
import modelSchema from '../schemas/model.schema.json' with { type: 'json' };
import workloadSchema from '../schemas/workload.schema.json' with { type: 'json' };
import { parseDocumentOf } from './document.ts';

export const parseGpuCard = (text: string, file: string): GpuCard => parseDocumentOf(text, file, validateGpu, gpuSchema);
export const parseModelCard = (text: string, file: string): ModelCard => parseDocumentOf(text, file, validateModel, modelSchema);
export const parseEngineCard = (text: string, file: string): EngineCard => parseDocumentOf(text, file, validateEngine, engineSchema);
/** The workload's own rules beyond its schema are checked by `checkWorkloadCard`. */
export const parseWorkloadCard = <T>(text: string, file: string): T => parseDocumentOf(text, file, validateWorkload, workloadSchema);
