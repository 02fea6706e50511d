import { expect } from 'chai';
import { parse } from 'yaml';
import { engineProcess, portsOf } from '../../../../src/adapters/engines/commands.ts';
import { engineFacts } from '../../../../src/adapters/engines/probe/engine-facts.ts';
import { parseClusterFile } from '../../../../src/config/cluster-file.ts';
import type { ClusterFile, EngineSettings } from '../../../../src/domain/cluster.ts';
import { VoltanaError } from '../../../../src/domain/errors.ts';
import type { EngineRole } from '../../../../src/domain/instance.ts';
import type { EngineProcess } from '../../../../src/ports/launcher.ts';

const BATCHING = { chunkTokens: 4096, maxRunning: 64, captureSizes: [64, 8, 32] };
const ROLES: readonly EngineRole[] = ['prefill', 'decode', 'aggregated'];

const clusterOf = (engine: EngineSettings, roles: readonly EngineRole[]): ClusterFile => ({
  schemaVersion: 1,
  kind: 'cluster',
  name: 'c',
  gpu: 'h100-sxm5-80gb',
  model: 'llama-3.1-8b',
  tp: 1,
  slo: { ttftMs: 1000, itlMs: 50 },
  engine,
  launcher: { kind: 'local' },
  instances: roles.map((role, i) => ({ id: `i${i}`, role, gpus: [String(i)] })),
  gateway: { host: '127.0.0.1' },
});
const processOf = (engine: EngineSettings, role: EngineRole): EngineProcess => {
  const cluster = clusterOf(engine, [role]);
  const ports = Object.fromEntries(portsOf(engine, role).map(({ name, usual }) => [name, usual]));
  return engineProcess(cluster, cluster.instances[0]!, ports);
};
/** What the batching adds to a command. */
const addedTo = (engine: EngineSettings, role: EngineRole): string => {
  const { batching: _batching, kvDtype: _kvDtype, ...plain } = engine;
  const before = new Set(processOf(plain, role).args);
  const words = processOf(engine, role).args;
  return words.slice(words.findIndex((word) => !before.has(word))).join(' ');
};
const problemOf = (cluster: ClusterFile): string => {
  try {
    parseClusterFile(JSON.stringify(cluster), 'c.yaml');
  } catch (error) {
    if (error instanceof VoltanaError) return `${error.message} ${error.hint}`;
    throw error;
  }
  return 'none';
};

describe('how an engine is told to batch', () => {
  it('sglang', () => {
    const engine: EngineSettings = { kind: 'sglang', batching: BATCHING, kvDtype: 'fp8' };
    expect(ROLES.map((role) => addedTo(engine, role))).to.deep.equal([
      '--chunked-prefill-size 4096 --kv-cache-dtype fp8_e4m3',
      '--max-running-requests 64 --cuda-graph-bs 8 32 64 --kv-cache-dtype fp8_e4m3',
      '--chunked-prefill-size 4096 --max-running-requests 64 --cuda-graph-bs 8 32 64 --kv-cache-dtype fp8_e4m3',
    ]);
  });

  it('vllm', () => {
    const engine: EngineSettings = { kind: 'vllm', batching: BATCHING, kvDtype: 'fp8' };
    const graphs = '--compilation-config {"cudagraph_capture_sizes":[8,32,64]}';
    expect(ROLES.map((role) => addedTo(engine, role))).to.deep.equal([
      '--max-num-batched-tokens 4096 --kv-cache-dtype fp8',
      `--max-num-seqs 64 ${graphs} --kv-cache-dtype fp8`,
      `--max-num-batched-tokens 4096 --max-num-seqs 64 ${graphs} --kv-cache-dtype fp8`,
    ]);
  });

  it('tensorrt-llm: by its options, and what has none by its file', () => {
    const engine: EngineSettings = { kind: 'trtllm', batching: BATCHING, kvDtype: 'fp8' };
    const settingsOf = (role: EngineRole): unknown => parse(processOf(engine, role).files[0]!.text);
    const graphs = { cuda_graph_config: { batch_sizes: [8, 32, 64], enable_padding: true } };
    const kv = { kv_cache_config: { dtype: 'fp8' } };
    expect(settingsOf('prefill'))
      .to.include({ enable_chunked_prefill: true })
      .and.deep.include(kv)
      .and.not.have.property('cuda_graph_config');
    expect(settingsOf('decode'))
      .to.deep.include({ ...graphs, ...kv })
      .and.not.have.property('enable_chunked_prefill');
    expect(processOf(engine, 'aggregated').args.join(' ')).to.include('--max_num_tokens 4096 --max_batch_size 64');
    expect(processOf(engine, 'prefill').args).to.include('--max_num_tokens').and.not.include('--max_batch_size');
  });

  it('any other: by the words that its file has for it', () => {
    const command = ['server', '--port', '{port}', '--parallel', '{maxRunning}', '-b', '{chunkTokens}', '{captureSizes}', '{other}'];
    const { args } = processOf({ kind: 'openai', command, batching: BATCHING }, 'aggregated');
    expect(args.slice(-6)).to.deep.equal(['--parallel', '64', '-b', '4096', '64,8,32', '{other}']);
  });

  it('says nothing where nothing was said', () => {
    for (const kind of ['sglang', 'vllm', 'trtllm'] as const)
      for (const role of ROLES) expect(processOf({ kind, batching: {} }, role)).to.deep.equal(processOf({ kind }, role));
  });

  it('whoever asks such an engine for its limits is told those that it was given', async () => {
    const silent = (): Promise<null> => Promise.resolve(null);
    const launched = { id: 'a', role: 'decode', gpuCount: 1, endpoints: { url: 'http://127.0.0.1:1' } } as const;
    for (const kind of ['vllm', 'trtllm'] as const)
      expect(await engineFacts(clusterOf({ kind, batching: BATCHING }, []), launched, silent)).to.include({ maxRunning: 64 });
  });
});

describe('what is said of batching twice', () => {
  const roles: readonly EngineRole[] = ['prefill', 'decode'];

  for (const kind of ['sglang', 'vllm', 'trtllm'] as const)
    it(`${kind}: every option that voltana writes is refused beside the setting`, () => {
      const settings = { batching: BATCHING, kvDtype: 'fp8' } as const;
      const options = roles.flatMap((role) => addedTo({ kind, ...settings }, role).split(' ')).filter((word) => /^--[a-z]/.test(word));
      expect(options).to.include.members(kind === 'trtllm' ? ['--max_num_tokens'] : ['--kv-cache-dtype']);
      const own = options.filter((option) => option !== '--config' && option !== '--server_role');
      for (const option of own)
        for (const word of [option, `${option}=1`, option.replaceAll('-', '_').replace(/^__/, '--')])
          expect(problemOf(clusterOf({ kind, ...settings, args: [word] }, roles)), word)
            .to.match(/engine\.(batching\.\w+|kvDtype) and "/)
            .and.include(`"${word}" of engine.args say the same thing`);
    });

  it('only of the engines that it is for', () => {
    const batching = { chunkTokens: 4096 };
    expect(problemOf(clusterOf({ kind: 'sglang', batching, prefillArgs: ['--chunked-prefill-size', '1'] }, roles))).to.include(
      'prefillArgs',
    );
    expect(problemOf(clusterOf({ kind: 'sglang', batching, decodeArgs: ['--chunked-prefill-size', '1'] }, roles))).to.equal('none');
    expect(problemOf(clusterOf({ kind: 'sglang', batching, args: ['--max-running-requests', '1'] }, roles))).to.equal('none');
    expect(problemOf(clusterOf({ kind: 'sglang', args: ['--chunked-prefill-size', '1'] }, roles))).to.equal('none');
  });

  it('a settings file of TensorRT-LLM’s own, and a compilation of vLLM’s', () => {
    const graphs = { captureSizes: [1, 2] };
    expect(problemOf(clusterOf({ kind: 'trtllm', batching: graphs, args: ['--config', 'mine.yml'] }, roles))).to.include('"--config"');
    expect(problemOf(clusterOf({ kind: 'vllm', batching: graphs, args: ['-cc.mode=3'] }, roles))).to.include('"-cc.mode=3"');
    expect(problemOf(clusterOf({ kind: 'vllm', batching: graphs, args: ['--enforce-eager'] }, roles))).to.include(
      'Leave one of the two out',
    );
  });
});
