import { Agent } from 'undici';
import { VoltanaError } from '../../../domain/errors.ts';

export interface ControlAnswer {
  readonly status: number;
  readonly body: unknown;
}

const TIMEOUT_MS = 2000;

/** Speaks JSON to control ports over connections that stay open. */
export class ControlClient {
  readonly #agent = new Agent({ headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS, connect: { timeout: TIMEOUT_MS } });

  /** @throws VoltanaError ENGINE_FAILED when nobody answers */
  async call(url: string, method: 'GET' | 'POST', path: string, body?: object): Promise<ControlAnswer> {
    const content = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    try {
      const answer = await this.#agent.request({ origin: url, path, method, ...content });
      return { status: answer.statusCode, body: await answer.body.json() };
    } catch (cause) {
      throw new VoltanaError('ENGINE_FAILED', `the GPU control port ${url} does not answer: ${(cause as Error).message}`, { cause });
    }
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }
}

/** The message of a refusal, for people. */
export const messageOf = ({ status, body }: ControlAnswer): string => {
  const message = (body as { error?: { message?: unknown } } | null)?.error?.message;
  return typeof message === 'string' ? message : `status ${status}`;
};
