import { spawn, type ChildProcess } from 'node:child_process';
import { expect } from 'chai';
import { ended } from '../fixtures/programs.ts';
import { eventually, freePorts } from './support/llama-server.ts';
import { readyPart } from './support/ready.ts';
import { servingFolder } from './support/served.ts';
import { spyBefore } from './support/spy.ts';

const MODEL = 'simulated';
const REQUESTS = 200;
const TOKENS = 6;
const AT_ONCE = 20;

type Spy = Awaited<ReturnType<typeof spyBefore>>;
interface Body {
  readonly stream?: boolean;
  readonly max_tokens?: number;
  readonly kv_transfer_params?: Record<string, unknown>;
}

const clusterOf = (prefill: Spy, decode: Spy) => ({
  schemaVersion: 1,
  kind: 'cluster',
  name: 'llm-d-inference-sim-1p1d',
  gpu: 'none',
  model: 'simulated',
  tp: 1,
  slo: { ttftMs: 1000, itlMs: 50 },
  engine: { kind: 'vllm', protocol: 'nixl-pull', servedModel: MODEL },
  launcher: { kind: 'attach' },
  instances: [
    { id: 'p0', role: 'prefill', gpus: ['0'], url: prefill.url },
    { id: 'd0', role: 'decode', gpus: ['1'], url: decode.url },
  ],
  gateway: { host: '127.0.0.1', port: 0 },
});

describe("llm-d's simulator of vLLM, prefill and decode apart", () => {
  const place = servingFolder();
  const children: ChildProcess[] = [];
  const spies: Spy[] = [];

  /** An engine on a port of its own, and a spy before it. */
  const start = async (program: string): Promise<Spy> => {
    const [port] = await freePorts(1);
    const args = ['--model', MODEL, '--port', String(port), '--mode', 'random', '--force-dummy-tokenizer', '--max-num-seqs', '64'];
    children.push(spawn(program, args, { stdio: 'ignore' }));
    const url = `http://127.0.0.1:${port}`;
    const isUp = () =>
      fetch(`${url}/health`).then(
        ({ ok }) => ok,
        () => false,
      );
    await eventually('the simulator is up', isUp);
    spies.push(await spyBefore(url));
    return spies.at(-1)!;
  };

  after(async () => {
    place.remove();
    await Promise.all(spies.map((spy) => spy.close()));
    const gone = children.filter(({ exitCode }) => exitCode === null).map(ended);
    for (const child of children) child.kill('SIGKILL');
    await Promise.all(gone);
  });

  it(`takes ${REQUESTS} requests over nixl-pull, streaming and not, and fails none`, async function () {
    this.timeout(120_000);
    const { server } = readyPart<{ server: string }>('llm-d-inference-sim');
    const [prefill, decode] = [await start(server), await start(server)];
    const served = await place.serve(clusterOf(prefill, decode), ['--duration', '60']);
    const { client } = served;
    const asked = { model: MODEL, max_tokens: TOKENS, ignore_eos: true };
    const ask = async (i: number): Promise<number> => {
      const prompt = `request ${i} of many`;
      if (i % 4 === 0) return (await client.completions.create({ ...asked, prompt })).usage!.completion_tokens;
      const messages = [{ role: 'user' as const, content: prompt }];
      if (i % 4 === 1) return (await client.chat.completions.create({ ...asked, messages })).usage!.completion_tokens;
      const options = { stream: true as const, stream_options: { include_usage: true } };
      let usage = 0;
      const chunks =
        i % 4 === 2
          ? await client.completions.create({ ...asked, prompt, ...options })
          : await client.chat.completions.create({ ...asked, messages, ...options });
      for await (const chunk of chunks) usage = chunk.usage?.completion_tokens ?? usage;
      return usage;
    };
    const counted: number[] = [];
    for (let i = 0; i < REQUESTS; i += AT_ONCE) counted.push(...(await Promise.all(Array.from({ length: AT_ONCE }, (_, k) => ask(i + k)))));
    expect(counted).to.deep.equal(Array.from({ length: REQUESTS }, () => TOKENS));
    process.kill(served.pid, 'SIGINT');
    await served.ended;
    expect(served.record()['requests']).to.include({ offered: REQUESTS, completed: REQUESTS, failed: 0 });
    const bodies = (spy: Spy): Body[] => spy.posts().map(({ request }) => JSON.parse(request) as Body);
    expect(bodies(prefill).length).to.equal(REQUESTS);
    for (const { stream, max_tokens: tokens, kv_transfer_params: params } of bodies(prefill)) {
      expect({ stream, tokens }).to.deep.equal({ stream: false, tokens: 1 });
      expect(params).to.include({ do_remote_decode: true, do_remote_prefill: false });
    }
    // What the prefill engine said of its KV is what the decode engine got, whole.
    const told = (JSON.parse(prefill.posts()[0]!.reply) as Body).kv_transfer_params;
    expect(told).to.include({ do_remote_prefill: true });
    expect(bodies(decode).length).to.equal(REQUESTS);
    for (const { kv_transfer_params: params } of bodies(decode)) expect(params).to.deep.equal(told);
  });
});
