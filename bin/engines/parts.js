import { llamaCpp } from './llama-cpp.js';
import { ownBinary } from './own-binary.js';

/** In the order in which they are tested. */
export const PARTS = [llamaCpp, ownBinary('llm-d-inference-sim', 'VOLTANA_LLM_D_SIM')];
