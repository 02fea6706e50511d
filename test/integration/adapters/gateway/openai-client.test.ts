import { expect } from 'chai';
import OpenAI from 'openai';
import { DONE, json, sse, token } from '../../../fixtures/engines/scripted-engine.ts';
import { chatChunk, prefilled, setUp, silent, usageChunk, type Script, type Setup } from '../../../fixtures/gateway/harness.ts';

const call = (index: number, more: object): object => ({ tool_calls: [{ index, ...more }] });

const SAID: Script = (response) =>
  sse(
    response,
    chatChunk({ role: 'assistant', content: '' }) +
      chatChunk({ reasoning_content: 'hm ' }) +
      chatChunk({ reasoning_content: 'so' }) +
      chatChunk({ content: 'Grü' }) +
      chatChunk({ content: 'ße' }) +
      chatChunk({}, 'stop') +
      usageChunk(9, 4, 3) +
      DONE,
  );

const CALLED: Script = (response) =>
  sse(
    response,
    chatChunk({ role: 'assistant', content: null }) +
      chatChunk(call(0, { id: 'a', type: 'function', function: { name: 'weather', arguments: '' } })) +
      chatChunk(call(0, { function: { arguments: '{"in":' } })) +
      chatChunk(call(0, { function: { arguments: '"Ulm"}' } })) +
      chatChunk(call(1, { id: 'b', type: 'function', function: { name: 'time', arguments: '{}' } })) +
      chatChunk({}, 'tool_calls') +
      usageChunk(9, 8) +
      DONE,
  );

describe('gateway: the official OpenAI client', () => {
  let setup: Setup;
  let client: OpenAI;
  const start = async (decode: Script, maxRetries = 0): Promise<void> => {
    setup = await setUp('together', [[prefilled, decode]], { limits: { retries: 0 } });
    client = new OpenAI({ baseURL: `${setup.gateway.url}/v1`, apiKey: 'sk-any', maxRetries });
  };
  const messages = [{ role: 'user', content: 'hi' }] as const;
  afterEach(() => setup.close());

  it('chats without streaming: put together from a stream, with usage', async () => {
    await start(SAID);
    const answer = await client.chat.completions.create({ model: 'm', messages: [...messages] });
    expect(answer.object).to.equal('chat.completion');
    expect(answer.choices).to.have.length(1);
    expect(answer.choices[0]).to.deep.include({ index: 0, finish_reason: 'stop' });
    expect(answer.choices[0]!.message).to.deep.equal({ role: 'assistant', content: 'Grüße', reasoning_content: 'hm so' });
    expect(answer.usage).to.deep.include({ prompt_tokens: 9, completion_tokens: 4, prompt_tokens_details: { cached_tokens: 3 } });
    expect(JSON.parse(setup.decodes[0]!.bodies[0]!)).to.deep.include({ stream: true, stream_options: { include_usage: true } });
    expect(setup.dispatcher.seen[0]).to.deep.include({ tokens: 4, ended: [{ how: 'completed', promptTokens: 9 }] });
  });

  it('chats streaming, without and with usage', async () => {
    await start(SAID);
    for (const usage of [false, true]) {
      const stream = await client.chat.completions.create({
        model: 'm',
        messages: [...messages],
        stream: true,
        ...(usage ? { stream_options: { include_usage: true } } : {}),
      });
      let text = '';
      const usages: number[] = [];
      for await (const chunk of stream) {
        text += chunk.choices[0]?.delta.content ?? '';
        if (chunk.usage) usages.push(chunk.usage.completion_tokens);
      }
      expect([text, usages]).to.deep.equal(['Grüße', usage ? [4] : []]);
    }
  });

  it('calls tools, streaming and not', async () => {
    await start(CALLED);
    const answer = await client.chat.completions.create({ model: 'm', messages: [...messages] });
    const whole = [
      { id: 'a', type: 'function', function: { name: 'weather', arguments: '{"in":"Ulm"}' } },
      { id: 'b', type: 'function', function: { name: 'time', arguments: '{}' } },
    ];
    expect(answer.choices[0]!.finish_reason).to.equal('tool_calls');
    expect(answer.choices[0]!.message).to.deep.equal({ role: 'assistant', content: null, tool_calls: whole });
    const streamed = await client.chat.completions.stream({ model: 'm', messages: [...messages] }).finalChatCompletion();
    expect(streamed.choices[0]!.message.tool_calls!.map(({ id, type, ...rest }) => ({ id, type, function: { ...(rest as { function: object }).function } }))).to.containSubset(whole); // prettier-ignore
  });

  it('completes with several choices and logprobs', async () => {
    const part = (index: number, text: string, logprob: number, finish: string | null = null): string =>
      `data: ${JSON.stringify({ id: 'x', object: 'text_completion', created: 1, model: 'm', choices: [{ index, text, finish_reason: finish, logprobs: { tokens: [text], token_logprobs: [logprob] } }] })}\n\n`;
    await start((response) =>
      sse(response, part(1, 'b', -1) + part(0, 'a', -2) + part(1, 'B', -3, 'stop') + part(0, 'A', -4, 'length') + DONE),
    );
    const { choices } = await client.completions.create({ model: 'm', prompt: 'x', n: 2, logprobs: 1 });
    expect(choices).to.deep.equal([
      { index: 0, text: 'aA', finish_reason: 'length', logprobs: { tokens: ['a', 'A'], token_logprobs: [-2, -4] } },
      { index: 1, text: 'bB', finish_reason: 'stop', logprobs: { tokens: ['b', 'B'], token_logprobs: [-1, -3] } },
    ]);
  });

  it('gets JSON from an engine that does not stream, and a stream made of it', async () => {
    const usage = { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 };
    const answer = { id: 'x', object: 'chat.completion', choices: [{ index: 0, message: { role: 'assistant', content: 'yo' }, finish_reason: 'stop' }], usage }; // prettier-ignore
    await start((response) => json(response, 200, answer));
    expect(await client.chat.completions.create({ model: 'm', messages: [...messages] })).to.deep.equal(answer);
    let text = '';
    for await (const { choices } of await client.chat.completions.create({ model: 'm', messages: [...messages], stream: true }))
      text += choices[0]!.delta.content;
    expect(text).to.equal('yo');
    expect(setup.dispatcher.seen.map(({ tokens, ended }) => [tokens, ended[0]!.promptTokens])).to.deep.equal([
      [2, 5],
      [2, 5],
    ]);
  });

  it('throws its own errors: unknown model, a failure before and one in the middle', async () => {
    await start((response) => void (sse(response, chatChunk({ content: 'a' }), false), setTimeout(() => response.destroy(), 20)));
    const unknown = await client.chat.completions.create({ model: 'other', messages: [...messages] }).catch((error: unknown) => error);
    expect(unknown).to.be.instanceOf(OpenAI.NotFoundError).and.include({ code: 'model_not_found', param: 'model' });
    const cut = await client.chat.completions.create({ model: 'm', messages: [...messages] }).catch((error: unknown) => error);
    expect(cut).to.be.instanceOf(OpenAI.InternalServerError).and.include({ status: 502, code: 'engine_failed' });
    const stream = await client.chat.completions.create({ model: 'm', messages: [...messages], stream: true });
    let seen = '';
    const thrown = await (async () => {
      for await (const { choices } of stream) seen += choices[0]!.delta.content;
    })().catch((error: unknown) => error);
    expect(seen).to.equal('a');
    expect(thrown).to.be.instanceOf(OpenAI.APIError);
    expect((thrown as Error).message).to.match(/decode engine d0/);
  });

  it('aborts: the engine sees it', async () => {
    await start((response) => sse(response, token(), false));
    const stream = await client.completions.create({ model: 'm', prompt: 'a', stream: true });
    for await (const _chunk of stream) break;
    const { eventually } = await import('../../../fixtures/engines/asking.ts');
    await eventually('the leg is closed', () => setup.decodes[0]!.abandoned() === 1, 2000);
  });

  it('lists models', async () => {
    await start(silent);
    expect((await client.models.list()).data.map(({ id }) => id)).to.deep.equal(['m']);
    expect((await client.models.retrieve('m')).owned_by).to.equal('voltana');
  });
});
