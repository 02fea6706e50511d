import type { EngineProbe } from '../../../ports/engine.ts';
import type { Time } from '../../../ports/time.ts';
import { createHttpProbe } from '../probe/http-probe.ts';
import type { RequestWriter } from '../probe/writer.ts';
import { probeBody } from './probe-request.ts';

const WRITER: RequestWriter = {
  prefill: (promptTokens) => probeBody(promptTokens, 1, false),
  decode: (promptTokens, outputTokens) => probeBody(promptTokens, outputTokens, true),
};

/** Probes emulated engines through requests that need no peer (room 0), whose prompts are words: the shortest that they understand. */
export const createEmulatedProbe = (time: Time): EngineProbe & { close(): Promise<void> } =>
  createHttpProbe(() => Promise.resolve(WRITER), time);
