import type { DialectKind } from '../spec.ts';
import type { EmulatedDialect } from './dialect.ts';
import { openai } from './openai/dialect.ts';
import { sglang } from './sglang/dialect.ts';
import { trtllm } from './trtllm/dialect.ts';
import { vllm } from './vllm/dialect.ts';

export const emulatedDialects: Readonly<Record<DialectKind, EmulatedDialect>> = { sglang, vllm, trtllm, openai };
