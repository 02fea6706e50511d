import type { Agent, Dispatcher } from 'undici';
import { VoltanaError } from '../../../domain/errors.ts';

const FIRST_CHARACTERS = 300;
type Body = Dispatcher.ResponseData['body'];

/** Posts a completion. @returns the body of a 200. @throws VoltanaError ENGINE_FAILED, or the signal's reason */
export const answerOf = async (agent: Agent, url: string, body: string, signal: AbortSignal): Promise<Body> => {
  const headers = { 'content-type': 'application/json' };
  try {
    const answer = await agent.request({ origin: url, path: '/v1/completions', method: 'POST', headers, body, signal });
    if (answer.statusCode === 200) return answer.body;
    const text = (await answer.body.text()).slice(0, FIRST_CHARACTERS);
    throw new VoltanaError('ENGINE_FAILED', `${url} refused a probe with ${answer.statusCode}: ${text}`);
  } catch (cause) {
    if (signal.aborted) throw signal.reason;
    if (cause instanceof VoltanaError) throw cause;
    throw new VoltanaError('ENGINE_FAILED', `${url} did not answer a probe: ${(cause as Error).message}`, { cause });
  }
};
