export const MODEL = 'bench-model';

const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;
const event = (more: object): string =>
  chunk(`data: ${JSON.stringify({ id: 'cmpl-0', object: 'text_completion', created: 1700000000, model: MODEL, ...more })}\n\n`);

/** An event of vLLM's and SGLang's usual size and members. */
export const TOKEN_EVENT = Buffer.from(
  event({ choices: [{ index: 0, text: ' token', logprobs: null, finish_reason: null, stop_reason: null }], usage: null }),
);

/** The reason, the usage and the end of the stream and of its body. */
export const lastEvents = (tokens: number): Buffer =>
  Buffer.from(
    event({ choices: [{ index: 0, text: '', logprobs: null, finish_reason: 'length', stop_reason: null }] }) +
      event({ choices: [], usage: { prompt_tokens: 64, completion_tokens: tokens, total_tokens: 64 + tokens } }) +
      `${chunk('data: [DONE]\n\n')}0\r\n\r\n`,
  );

const models = JSON.stringify({ object: 'list', data: [{ id: MODEL, object: 'model', created: 0, owned_by: 'bench' }] });
export const modelList = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${models.length}\r\n\r\n${models}`;
