import type { Agent, Dispatcher } from 'undici';
import { EngineRefusal } from '../../../domain/engine-refusal.ts';
import { VoltanaError } from '../../../domain/errors.ts';

const FIRST_CHARACTERS = 300;
/** Keys and names are wrong whatever the load; every other 4xx is about what was asked. */
const NOT_OF_THE_LOAD = new Set([401, 403, 404, 405]);

type Body = Dispatcher.ResponseData['body'];
type Headers = Readonly<Record<string, string>>;

const isRefusal = (status: number): boolean => status >= 400 && status < 500 && !NOT_OF_THE_LOAD.has(status);

async function refused(url: string, { statusCode, body }: Dispatcher.ResponseData): Promise<VoltanaError> {
  const message = `${url} refused a probe with ${statusCode}: ${(await body.text()).slice(0, FIRST_CHARACTERS)}`;
  return isRefusal(statusCode) ? new EngineRefusal(message) : new VoltanaError('ENGINE_FAILED', message);
}

/**
 * Posts a completion. @returns the body of a 200
 * @throws VoltanaError ENGINE_FAILED, an EngineRefusal where the engine does not take this load; the signal's reason
 */
export const answerOf = async (agent: Agent, url: string, body: string, signal: AbortSignal, own: Headers = {}): Promise<Body> => {
  const headers = { ...own, 'content-type': 'application/json' };
  const path = `${new URL(url).pathname.replace(/\/$/, '')}/v1/completions`;
  try {
    const answer = await agent.request({ origin: new URL(url).origin, path, method: 'POST', headers, body, signal });
    if (answer.statusCode === 200) return answer.body;
    throw await refused(url, answer);
  } catch (cause) {
    if (signal.aborted) throw signal.reason;
    if (cause instanceof VoltanaError) throw cause;
    throw new VoltanaError('ENGINE_FAILED', `${url} did not answer a probe: ${(cause as Error).message}`, { cause });
  }
};
