import type { ServerResponse } from 'node:http';
import type { EmulatedInstance } from '../../../emulation/types.ts';
import type { CompletionRequest } from './completion-request.ts';
import { parseCompletion } from './completion-request.ts';
import { completionText } from './completion-text.ts';
import { readJson, type Handler } from './http.ts';
import type { ActiveLeg, Legs } from './legs.ts';
import type { Pump } from './pump.ts';
import { jsonReply, streamReply, type Reply } from './reply.ts';

export interface CompletionsOptions {
  readonly machine: EmulatedInstance;
  readonly pump: Pump;
  readonly legs: Legs;
  readonly modelId: string;
  /** Called when a client left before its answer was complete. */
  readonly onLeft: (leg: ActiveLeg) => void;
}

const MS_PER_S = 1000;

const replyTo = (asked: CompletionRequest, id: string, modelId: string, response: ServerResponse): Reply => {
  const text = completionText(id, modelId, Math.floor(Date.now() / MS_PER_S), asked.promptTokens);
  return asked.stream ? streamReply(response, text, asked.includeUsage) : jsonReply(response, text);
};

/** POST /v1/completions: one request becomes one leg inside the machine. */
export const completionsHandler = ({ machine, pump, legs, modelId, onLeft }: CompletionsOptions): Handler => {
  let count = 0;
  return async (request, response) => {
    const asked = parseCompletion(await readJson(request));
    if (response.destroyed) return;
    count += 1;
    const id = `cmpl-${count}`;
    const leg = { id, room: asked.room, bootstrap: asked.bootstrap, reply: replyTo(asked, id, modelId, response) };
    legs.add(leg);
    response.once('close', () => {
      // A leg that ended by itself was taken out then.
      if (legs.take(id) !== undefined) onLeft(leg);
    });
    pump.input((nowMs) => machine.submit({ id, room: asked.room, promptTokens: asked.promptTokens, maxTokens: asked.maxTokens }, nowMs));
  };
};
