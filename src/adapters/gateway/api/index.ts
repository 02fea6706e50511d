import type { ApiPath } from '../../../ports/engine.ts';
import { chatShape } from './chat.ts';
import { completionsShape } from './completions.ts';
import { generateShape } from './generate.ts';
import type { ApiShape } from './shape.ts';

export const SHAPES: Readonly<Record<ApiPath, ApiShape>> = {
  '/v1/completions': completionsShape,
  '/v1/chat/completions': chatShape,
  '/generate': generateShape,
};
