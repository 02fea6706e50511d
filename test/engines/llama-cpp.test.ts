import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'chai';
import type OpenAI from 'openai';
import { validator } from '../fixtures/schemas.ts';
import { isAlive, until } from '../fixtures/programs.ts';
import { attachedCluster, llamaCluster, type LlamaFacts } from './support/clusters.ts';
import { eventually, freePorts, llamaAt, startLlama, type LlamaAt } from './support/llama-server.ts';
import { readyPart } from './support/ready.ts';
import { servingFolder, type Served } from './support/served.ts';

const curl = async (...args: string[]): Promise<string> => (await promisify(execFile)('curl', ['-sS', '-N', ...args])).stdout;
/** What llama.cpp takes beyond OpenAI's API: exactly this many tokens, from nothing that it has kept. */
const exactly = (tokens: number) =>
  ({ max_tokens: tokens, ignore_eos: true, cache_prompt: false, temperature: 0 }) as { max_tokens: number };
const MODEL = 'gemma-3-270m';
const PROMPT = 'The three primary colours are';
const MESSAGES = [{ role: 'user' as const, content: 'Name the three primary colours.' }];
const jsonPost = (body: object): string[] => ['-H', 'content-type: application/json', '-d', JSON.stringify(body)];

/** Of a stream: its text, and the usage, if any came. */
async function gathered(stream: AsyncIterable<OpenAI.Completion>) {
  const seen = { text: '', usage: null as OpenAI.CompletionUsage | null };
  for await (const { choices, usage } of stream) {
    seen.text += choices[0]?.text ?? '';
    seen.usage = usage ?? seen.usage;
  }
  return seen;
}

const recordOf = (served: Served) => {
  const record = served.record();
  const validate = validator('run');
  expect(validate(record), JSON.stringify(validate.errors)).to.equal(true);
  return record as { mode: string; evidence: string; energyJ: unknown; requests: Record<string, number>; outputTokens: number };
};

describe('llama.cpp with a real model, launched by voltana', () => {
  const place = servingFolder();
  let served: Served;
  let engines: LlamaAt[];
  let ports: number[];
  let tokens = 0;
  let answers = 0;
  const count = (usage: { completion_tokens: number } | null | undefined): void => {
    tokens += usage?.completion_tokens ?? 0;
    answers += 1;
  };

  before(async function () {
    this.timeout(200_000);
    ports = await freePorts(2);
    engines = ports.map((port) => llamaAt(`http://127.0.0.1:${port}`));
    served = await place.serve(llamaCluster(readyPart<LlamaFacts>('llama.cpp'), ports));
  });
  after(() => place.remove());

  it('answers a completion as the engine itself does, word for word', async () => {
    const body = { model: MODEL, prompt: PROMPT, ...exactly(12) };
    const direct = (await engines[0]!.complete('/v1/completions', body)) as OpenAI.Completion;
    const reply = await served.client.completions.create(body);
    count(reply.usage);
    expect(reply.choices[0]!.text).to.equal(direct.choices[0]!.text).and.not.equal('');
    expect(reply.choices[0]!.finish_reason).to.equal('length');
    expect(reply.usage!.completion_tokens).to.equal(12);
    expect(reply.usage!.prompt_tokens).to.equal(direct.usage!.prompt_tokens);
    expect(reply.object).to.equal('text_completion');
  });

  it('streams the same completion', async () => {
    const body = { model: MODEL, prompt: PROMPT, ...exactly(12), stream: true as const };
    const whole = await served.client.completions.create({ ...body, stream: false });
    const streamed = await gathered(await served.client.completions.create({ ...body, stream_options: { include_usage: true } }));
    for (const usage of [whole.usage, streamed.usage]) count(usage);
    expect(streamed.usage).to.include({ completion_tokens: 12, prompt_tokens: whole.usage!.prompt_tokens });
    expect(streamed.text).to.equal(whole.choices[0]!.text);
  });

  it('chats, streaming and not', async () => {
    const body = { model: MODEL, messages: MESSAGES, ...exactly(12) };
    const whole = await served.client.chat.completions.create(body);
    let text = '';
    let last: OpenAI.CompletionUsage | null | undefined;
    for await (const chunk of await served.client.chat.completions.create({
      ...body,
      stream: true,
      stream_options: { include_usage: true },
    })) {
      text += chunk.choices[0]?.delta.content ?? '';
      last = chunk.usage ?? last;
    }
    count(whole.usage);
    count(last);
    expect(whole.object).to.equal('chat.completion');
    expect(whole.choices[0]!.message.role).to.equal('assistant');
    expect(whole.choices[0]!.message.content).to.equal(text).and.not.equal('');
    expect(last).to.deep.include({ completion_tokens: 12, prompt_tokens: whole.usage!.prompt_tokens });
  });

  it('serves curl, streaming and not', async () => {
    const body = { model: MODEL, prompt: PROMPT, ...exactly(6) };
    const whole = JSON.parse(await curl(`${served.url}/v1/completions`, ...jsonPost(body))) as OpenAI.Completion;
    const stream = await curl(
      `${served.url}/v1/chat/completions`,
      ...jsonPost({ model: MODEL, messages: MESSAGES, ...exactly(6), stream: true }),
    );
    count(whole.usage);
    count({ completion_tokens: 6 });
    expect(whole.usage!.completion_tokens).to.equal(6);
    expect(stream)
      .to.match(/^data: \{/)
      .and.to.match(/\n\ndata: \[DONE\]\n\n$/);
    expect(stream).not.to.include('"prompt_tokens"');
  });

  it('names the model, and refuses another one and bodies that make no sense', async () => {
    expect((await served.client.models.list()).data.map(({ id }) => id)).to.deep.equal([MODEL]);
    const status = (error: { status?: number }): number | undefined => error.status;
    expect(await served.client.completions.create({ model: 'other', prompt: 'x' }).catch(status)).to.equal(404);
    expect(await curl('-o', '/dev/null', '-w', '%{http_code}', '-d', '{', `${served.url}/v1/completions`)).to.equal('400');
  });

  it('frees the slot of a client that leaves, streaming and not', async () => {
    for (const stream of [true, false]) {
      const leave = new AbortController();
      const body = { model: MODEL, prompt: PROMPT, ...exactly(3000) };
      const going = stream
        ? served.client.completions.create({ ...body, stream: true }, { signal: leave.signal }).then(gathered)
        : served.client.completions.create(body, { signal: leave.signal });
      const left = going.then(
        () => 'answered',
        (error: Error) => error.constructor.name,
      );
      const busy = async (): Promise<number> => (await Promise.all(engines.map((engine) => engine.busy()))).reduce((a, b) => a + b);
      await eventually('an engine works on it', async () => (await busy()) === 1);
      leave.abort();
      await eventually('no slot is busy', async () => (await busy()) === 0, 5000);
      // The official client ends a stream that it has itself aborted without a word, once it has begun.
      expect(await left).to.be.oneOf(stream ? ['answered', 'APIUserAbortError'] : ['APIUserAbortError']);
    }
  });

  it('spreads a burst of 40 requests over both engines and fails none', async () => {
    const before = await Promise.all(engines.map(({ url }) => fetch(`${url}/metrics`).then((reply) => reply.text())));
    const replies = await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        i % 2 === 0
          ? served.client.completions.create({ model: MODEL, prompt: `${i}: ${PROMPT}`, ...exactly(6) })
          : served.client.chat.completions.create({ model: MODEL, messages: MESSAGES, ...exactly(6) }),
      ),
    );
    for (const { usage } of replies) count(usage);
    expect(replies.map(({ usage }) => usage?.completion_tokens)).to.deep.equal(Array.from({ length: 40 }, () => 6));
    const after = await Promise.all(engines.map(({ url }) => fetch(`${url}/metrics`).then((reply) => reply.text())));
    const predicted = (text: string): number => Number(/^llamacpp:tokens_predicted_total (\S+)/m.exec(text)![1]);
    for (const [i, text] of after.entries()) expect(predicted(text) - predicted(before[i]!)).to.be.greaterThan(40);
  });

  it('counts in its metrics what the engines were asked, as they do themselves', async () => {
    const text = await (await fetch(`${served.url}/metrics`)).text();
    const completed = [...text.matchAll(/^voltana_requests_total\{[^}]*outcome="completed"[^}]*\} (\d+)/gm)].reduce(
      (sum, [, n]) => sum + Number(n),
      0,
    );
    expect(completed).to.equal(answers);
    // The servers' own gauges and counters agree with what the gateway believes of them.
    const agrees = [...text.matchAll(/^voltana_instance_reconciled\{[^}]*\} (\d)/gm)].map(([, value]) => value);
    expect(agrees).to.deep.equal(['1', '1', '1', '1']);
  });

  it('loses no request that had not begun when an engine is killed, and hangs none', async () => {
    const body = { model: MODEL, prompt: PROMPT, ...exactly(24) };
    const whole = Array.from({ length: 8 }, () => served.client.completions.create(body));
    const streams = await Promise.all(
      Array.from({ length: 4 }, () => served.client.completions.create({ ...body, ...exactly(150), stream: true })),
    );
    const ends = streams.map((stream) =>
      gathered(stream).then(
        ({ text }) => text.length,
        (error: Error) => error,
      ),
    );
    await eventually('both engines work', async () =>
      (await Promise.all(engines.map((engine) => engine.busy()))).every((busy) => busy >= 2),
    );
    const [victim] = served.processes('llama-server', `--port ${ports[0]}`);
    process.kill(victim!, 'SIGKILL');
    const replies = await Promise.all(whole);
    for (const { usage } of replies) count(usage);
    expect(replies.map(({ usage }) => usage!.completion_tokens)).to.deep.equal(Array.from({ length: 8 }, () => 24));
    const ended = await Promise.all(ends);
    // Each stream came whole, or its client was told; the survivor's are among the whole ones.
    for (const end of ended) if (typeof end !== 'number') expect(end.message).to.include('engine');
    expect(ended.filter((end) => typeof end === 'number').length).to.be.at.least(1);
    expect(served.stderr() + served.stdout()).to.include('the others go on');
    count((await served.client.completions.create({ ...body, ...exactly(2) })).usage);
  });

  it('lets what is under way end at Ctrl-C, leaves no process and a valid record', async () => {
    const last = served.client.completions.create({ model: MODEL, prompt: PROMPT, ...exactly(24) });
    await eventually('the last engine works', async () => (await engines[1]!.busy()) === 1);
    const processes = served.processes();
    process.kill(served.pid, 'SIGINT');
    count((await last).usage);
    expect(await served.ended).to.equal(130);
    await until('every process is gone', () => !processes.some(isAlive));
    const { mode, evidence, energyJ, requests, outputTokens } = recordOf(served);
    expect({ mode, evidence, energyJ }).to.deep.equal({ mode: 'live', evidence: 'measured', energyJ: null });
    expect(requests).to.include({ unfinished: 0, cancelled: 2 });
    expect(requests['completed']).to.be.at.least(answers);
    expect(outputTokens).to.be.at.least(tokens);
  });
});

describe('llama.cpp, profiled', () => {
  const place = servingFolder();
  after(() => place.remove());

  it('tells how long its iterations take, at the clock that holds, and leaves no process', async function () {
    this.timeout(240_000);
    const cluster = llamaCluster(readyPart<LlamaFacts>('llama.cpp'), await freePorts(2));
    // Short requests: this server is built for a quick build, and works on a processor.
    const engine = { ...cluster.engine, args: ['--ctx-size', '1024'] };
    const { profile, processes } = await place.profile({ ...cluster, engine }, [
      ...['--instances', 'e0-prefill,e0-decode'],
      ...['--max-gpu-minutes', '1.6'],
    ]);
    const validate = validator('profile');
    expect(validate(profile), JSON.stringify(validate.errors)).to.equal(true);
    expect(profile.evidence).to.equal('measured');
    // Its own word of how much it takes: four slots of 256 tokens.
    expect(profile.provenance.fingerprint).to.include('kv 1024 running 4 context 256').and.include('driver none');
    const measured = profile.points.filter(({ samples }) => samples > 0);
    for (const instance of ['e0-prefill', 'e0-decode']) {
      const own = measured.filter((point) => point.instance === instance);
      expect(own.length, `${instance}: ${JSON.stringify(profile.points.map(({ reasons }) => reasons))}`).to.be.at.least(1);
      for (const { latencyMs, clockMhz, powerW } of own) {
        expect(latencyMs).to.be.within(0.5, 60_000);
        expect({ clockMhz, powerW }).to.deep.equal({ clockMhz: null, powerW: null });
      }
    }
    await until('every process is gone', () => !processes.some(isAlive));
  });
});

describe('llama.cpp, when voltana is killed', () => {
  const place = servingFolder();
  after(() => place.remove());

  it('leaves no engine behind', async function () {
    this.timeout(200_000);
    const served = await place.serve(llamaCluster(readyPart<LlamaFacts>('llama.cpp'), await freePorts(1)));
    const processes = served.processes();
    expect(served.processes('llama-server').length).to.be.at.least(1);
    process.kill(served.pid, 'SIGKILL');
    await until('every process is gone', () => !processes.some(isAlive), 20_000);
  });
});

describe('llama.cpp that runs already', () => {
  const place = servingFolder();
  const running: Awaited<ReturnType<typeof startLlama>>[] = [];
  after(async () => {
    place.remove();
    await Promise.all(running.map((engine) => engine.stop()));
  });

  it('is served by attach and left alone', async function () {
    this.timeout(200_000);
    const facts = readyPart<LlamaFacts>('llama.cpp');
    for (let i = 0; i < 2; i++) running.push(await startLlama(facts));
    await Promise.all(running.map((engine) => engine.up()));
    const served = await place.serve(
      attachedCluster(
        facts,
        running.map(({ url }) => url),
      ),
      ['--duration', '12'],
    );
    const replies = await Promise.all(
      Array.from({ length: 6 }, () => served.client.completions.create({ model: MODEL, prompt: PROMPT, ...exactly(4) })),
    );
    expect(replies.map(({ usage }) => usage!.completion_tokens)).to.deep.equal([4, 4, 4, 4, 4, 4]);
    expect(await served.ended).to.equal(0);
    expect(recordOf(served).requests).to.include({ offered: 6, completed: 6, failed: 0 });
    expect(await Promise.all(running.map((engine) => engine.isHealthy()))).to.deep.equal([true, true]);
  });
});
