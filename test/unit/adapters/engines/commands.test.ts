import { expect } from 'chai';
import { engineProcess, portsOf } from '../../../../src/adapters/engines/commands.ts';
import type { ClusterFile, ClusterInstance, EngineSettings, LauncherKind } from '../../../../src/domain/cluster.ts';
import { VoltanaError } from '../../../../src/domain/errors.ts';
import type { EngineProcess } from '../../../../src/ports/launcher.ts';

/** Two nodes, each with a prefill and a decode instance of two GPUs. */
const INSTANCES: ClusterInstance[] = [
  { id: 'p0', role: 'prefill', node: 'n0', gpus: ['0', '1'] },
  { id: 'p1', role: 'prefill', node: 'n1', gpus: ['GPU-5c1f', 'GPU-77ab'] },
  { id: 'd0', role: 'decode', node: 'n0', gpus: ['2', '3'] },
  { id: 'd1', role: 'decode', node: 'n1', gpus: ['GPU-a1', 'GPU-b2'] },
];
const AGGREGATED: ClusterInstance[] = [
  { id: 'a0', role: 'aggregated', node: 'n0', gpus: ['0', '1'] },
  { id: 'a1', role: 'aggregated', node: 'n0', gpus: ['2', '3'] },
];
const clusterOf = (engine: EngineSettings, instances = INSTANCES, kind: LauncherKind = 'ssh'): ClusterFile => ({
  schemaVersion: 1,
  kind: 'cluster',
  name: 'c',
  gpu: 'h100-sxm5-80gb',
  model: 'llama-3.1-8b',
  tp: 2,
  slo: { ttftMs: 1000, itlMs: 50 },
  engine,
  launcher: { kind },
  instances,
  gateway: { host: '127.0.0.1' },
});
/** Usual ports, counted up where a node has several engines. */
const portsFor = ({ engine, instances }: ClusterFile, instance: ClusterInstance): Record<string, number> => {
  const before = instances.slice(0, instances.indexOf(instance)).filter(({ node }) => node === instance.node).length;
  return Object.fromEntries(portsOf(engine, instance.role).map(({ name, usual }) => [name, usual + before]));
};
const allOf = (engine: EngineSettings, instances = INSTANCES, kind?: LauncherKind): EngineProcess[] => {
  const cluster = clusterOf(engine, instances, kind);
  return instances.map((instance) => engineProcess(cluster, instance, portsFor(cluster, instance)));
};

/** The command as a person reads it, variables first. */
const lineOf = ({ env, program, args }: EngineProcess): string =>
  [...Object.entries(env).map(([name, value]) => `${name}=${value}`), program, ...args].join(' ');
const linesOf = (...asked: Parameters<typeof allOf>): string[] => allOf(...asked).map(lineOf);
const codeOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (error instanceof VoltanaError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'none';
};

const CUDA = (gpus: string): string => `CUDA_DEVICE_ORDER=PCI_BUS_ID CUDA_VISIBLE_DEVICES=${gpus}`;

describe('engine commands: two prefill and two decode engines', () => {
  it('sglang', () => {
    const served = '--model-path meta/L --served-model-name meta/L --host 0.0.0.0';
    expect(
      linesOf({
        kind: 'sglang',
        model: 'meta/L',
        args: ['--mem-fraction-static', '0.8'],
        decodeArgs: ['--max-running-requests', '64'],
      }),
    ).to.deep.equal([
      `${CUDA('0,1')} python3 -m sglang.launch_server ${served} --port 30000 --tp-size 2 --disaggregation-mode prefill --disaggregation-bootstrap-port 8998 --enable-metrics --mem-fraction-static 0.8`,
      `${CUDA('GPU-5c1f,GPU-77ab')} python3 -m sglang.launch_server ${served} --port 30000 --tp-size 2 --disaggregation-mode prefill --disaggregation-bootstrap-port 8998 --enable-metrics --mem-fraction-static 0.8`,
      `${CUDA('2,3')} python3 -m sglang.launch_server ${served} --port 30001 --tp-size 2 --disaggregation-mode decode --enable-metrics --mem-fraction-static 0.8 --max-running-requests 64`,
      `${CUDA('GPU-a1,GPU-b2')} python3 -m sglang.launch_server ${served} --port 30001 --tp-size 2 --disaggregation-mode decode --enable-metrics --mem-fraction-static 0.8 --max-running-requests 64`,
    ]);
  });

  it('vllm, pull', () => {
    const lineFor = (gpus: string, node: string, port: number, side: number): string =>
      `${CUDA(gpus)} VLLM_NIXL_SIDE_CHANNEL_HOST=${node} VLLM_NIXL_SIDE_CHANNEL_PORT=${side} vllm serve /models/l --served-model-name l --host 0.0.0.0 --port ${port} ` +
      '--tensor-parallel-size 2 --kv-transfer-config {"kv_connector":"NixlConnector","kv_role":"kv_both"}';
    expect(linesOf({ kind: 'vllm', model: '/models/l', servedModel: 'l' })).to.deep.equal([
      lineFor('0,1', 'n0', 8000, 5600),
      lineFor('GPU-5c1f,GPU-77ab', 'n1', 8000, 5600),
      lineFor('2,3', 'n0', 8001, 5601),
      lineFor('GPU-a1,GPU-b2', 'n1', 8001, 5601),
    ]);
  });

  it('vllm, push: whoever pushes is known by a name', () => {
    const [p0, , d0] = allOf({ kind: 'vllm', protocol: 'nixl-push' });
    expect(p0!.args.at(-1)).to.equal('{"kv_connector":"NixlPushConnector","kv_role":"kv_both","engine_id":"p0"}');
    expect(p0!.endpoints).to.deep.equal({
      url: 'http://n0:8000',
      facts: { engineId: '"p0"', kvPort: '5600', tpSize: '2', ppSize: '1' },
    });
    expect(d0!.args.at(-1)).to.equal('{"kv_connector":"NixlPushConnector","kv_role":"kv_both","engine_id":"d0"}');
    expect(d0!.endpoints).to.deep.equal({ url: 'http://n0:8001' });
  });

  it('vllm, mooncake', () => {
    const [p0, p1, d0] = allOf({ kind: 'vllm', protocol: 'mooncake' });
    const rest = '--served-model-name llama-3.1-8b --host 0.0.0.0 --port';
    expect(lineOf(p0!)).to.equal(
      `${CUDA('0,1')} VLLM_MOONCAKE_BOOTSTRAP_PORT=8998 vllm serve llama-3.1-8b ${rest} 8000 --tensor-parallel-size 2 --kv-transfer-config {"kv_connector":"MooncakeConnector","kv_role":"kv_producer"}`,
    );
    expect(p1!.endpoints).to.deep.equal({ url: 'http://n1:8000', bootstrapPort: 8998 });
    expect(lineOf(d0!)).to.equal(
      `${CUDA('2,3')} vllm serve llama-3.1-8b ${rest} 8001 --tensor-parallel-size 2 --kv-transfer-config {"kv_connector":"MooncakeConnector","kv_role":"kv_consumer"}`,
    );
  });

  it('trtllm, context first', () => {
    const [p0, , , d1] = allOf({ kind: 'trtllm', model: 'meta/L' });
    expect(lineOf(p0!)).to.equal(
      `${CUDA('0,1')} trtllm-serve meta/L --host 0.0.0.0 --port 8000 --backend pytorch --tp_size 2 --server_role CONTEXT --config prefill.yml`,
    );
    expect(p0!.files).to.deep.equal([
      {
        path: 'prefill.yml',
        text: 'disable_overlap_scheduler: true\ncache_transceiver_config:\n  backend: DEFAULT\nreturn_perf_metrics: true\nenable_iter_perf_stats: true\n',
      },
    ]);
    expect(lineOf(d1!)).to.equal(
      `${CUDA('GPU-a1,GPU-b2')} trtllm-serve meta/L --host 0.0.0.0 --port 8001 --backend pytorch --tp_size 2 --server_role GENERATION --config decode.yml`,
    );
    expect(d1!.files).to.deep.equal([
      {
        path: 'decode.yml',
        text: 'cache_transceiver_config:\n  backend: DEFAULT\nreturn_perf_metrics: true\nenable_iter_perf_stats: true\n',
      },
    ]);
  });

  it('trtllm, generation first, and with settings of its own', () => {
    const [p0] = allOf({ kind: 'trtllm', protocol: 'generation-first' });
    expect(p0!.files[0]!.text).to.include('cache_transceiver_config:\n  backend: DEFAULT\n  transceiver_runtime: PYTHON\n');
    const [own, , plain] = allOf({ kind: 'trtllm', servedModel: 'x', prefillArgs: ['--config', '/etc/mine.yml'] });
    expect(own!.files).to.deep.equal([]);
    expect(own!.args.join(' ')).to.match(/--served_model_name x --server_role CONTEXT --config \/etc\/mine\.yml$/);
    expect(plain!.files).to.have.length(1);
  });
});

describe('engine commands: engines that do both phases', () => {
  it('say nothing of prefill and decode', () => {
    expect(linesOf({ kind: 'sglang' }, AGGREGATED)).to.deep.equal(
      [
        ['0,1', 30_000],
        ['2,3', 30_001],
      ].map(
        ([gpus, port]) =>
          `${CUDA(String(gpus))} python3 -m sglang.launch_server --model-path llama-3.1-8b --served-model-name llama-3.1-8b --host 0.0.0.0 --port ${port} --tp-size 2 --enable-metrics`,
      ),
    );
    expect(linesOf({ kind: 'vllm' }, AGGREGATED)[0]).to.equal(
      `${CUDA('0,1')} vllm serve llama-3.1-8b --served-model-name llama-3.1-8b --host 0.0.0.0 --port 8000 --tensor-parallel-size 2`,
    );
    const [trt] = allOf({ kind: 'trtllm' }, AGGREGATED);
    expect(trt!.args).not.to.include('--server_role');
    expect(trt!.files[0]!.text).to.equal('return_perf_metrics: true\nenable_iter_perf_stats: true\n');
  });

  it('openai: any command, with what it needs put in', () => {
    const engine: EngineSettings = {
      kind: 'openai',
      model: '/m/x.gguf',
      command: ['llama-server', '-m', '{model}', '--host', '{host}', '--port', '{port}'],
      args: ['--alias', '{servedModel}', '--json', '{"a":{id}}', '{other}'],
      env: { WHO: '{id}@{node}' },
    };
    const instances: ClusterInstance[] = [{ id: 'a0', role: 'aggregated', gpus: ['cpu'] }];
    const cluster = clusterOf(engine, instances, 'local');
    const process = engineProcess(cluster, instances[0]!, { port: 41_001 });
    expect(lineOf(process)).to.equal(
      'WHO=a0@127.0.0.1 llama-server -m /m/x.gguf --host 127.0.0.1 --port 41001 --alias /m/x.gguf --json {"a":a0} {other}',
    );
    expect(process).to.deep.include({
      id: 'a0',
      role: 'aggregated',
      gpus: ['cpu'],
      ports: { port: 41_001 },
      endpoints: { url: 'http://127.0.0.1:41001' },
    });
  });
});

describe('engine commands: what a cluster file adds', () => {
  it('a command of its own keeps our arguments, and its variables win', () => {
    const [p0] = allOf({
      kind: 'sglang',
      command: ['/opt/venv/bin/python', '-m', 'sglang.launch_server'],
      env: { CUDA_VISIBLE_DEVICES: '7,6', MC_FORCE_TCP: '1' },
    });
    expect(p0).to.include({ program: '/opt/venv/bin/python', node: 'n0', role: 'prefill' });
    expect(p0!.args.slice(0, 4)).to.deep.equal(['-m', 'sglang.launch_server', '--model-path', 'llama-3.1-8b']);
    expect(p0!.env).to.deep.equal({ CUDA_DEVICE_ORDER: 'PCI_BUS_ID', CUDA_VISIBLE_DEVICES: '7,6', MC_FORCE_TCP: '1' });
  });

  it('who assigns GPUs by itself shows them by itself, and fills in a name that is not known yet', () => {
    const instances: ClusterInstance[] = INSTANCES.map(({ node: _node, ...instance }) => instance);
    for (const kind of ['slurm', 'kubernetes'] as const) {
      const [p0] = allOf({ kind: 'vllm' }, instances, kind);
      expect(p0!.env).to.not.have.property('CUDA_VISIBLE_DEVICES');
      expect(p0!.args).to.include('0.0.0.0');
      expect(p0!.env['VLLM_NIXL_SIDE_CHANNEL_HOST']).to.equal(new URL(p0!.endpoints.url).hostname);
    }
  });

  it('an IPv6 node has its brackets in the URL alone', () => {
    const [first] = allOf({ kind: 'vllm' }, [{ ...INSTANCES[0]!, node: 'fd00::7' }]);
    expect(first!.endpoints.url).to.equal('http://[fd00::7]:8000');
    expect(first!.env['VLLM_NIXL_SIDE_CHANNEL_HOST']).to.equal('fd00::7');
  });

  const refused: [string, EngineSettings, ClusterInstance, RegExp][] = [
    ['a GPU that CUDA does not know', { kind: 'vllm' }, { ...INSTANCES[0]!, gpus: ['gpu0', '1'] }, /"p0" lists "gpu0"/],
    ['openai without a command', { kind: 'openai' }, AGGREGATED[0]!, /needs engine\.command/],
    ['openai that cannot be told its port', { kind: 'openai', command: ['x'] }, AGGREGATED[0]!, /never says \{port\}/],
    ['openai with phases apart', { kind: 'openai', command: ['x', '{port}'] }, INSTANCES[0]!, /role prefill/],
    ['emulated engines', { kind: 'emulated' }, INSTANCES[0]!, /emulated/],
    ['a protocol of another engine', { kind: 'sglang', protocol: 'nixl-pull' }, INSTANCES[0]!, /nixl-pull/],
  ];
  for (const [what, engine, instance, says] of refused) {
    it(`refuses ${what}`, () => {
      expect(codeOf(() => engineProcess(clusterOf(engine), instance, { port: 1 })))
        .to.match(/^BAD_VALUE: /)
        .and.match(says);
    });
  }

  it('openai may listen where its cluster file says', () => {
    const fixed = { ...AGGREGATED[0]!, port: 8080 };
    expect(engineProcess(clusterOf({ kind: 'openai', command: ['x'] }), fixed, { port: 8080 }).endpoints.url).to.equal('http://n0:8080');
  });
});

describe('engine ports', () => {
  const names = (engine: EngineSettings) =>
    (['prefill', 'decode', 'aggregated'] as const).map((role) =>
      portsOf(engine, role)
        .map(({ name }) => name)
        .join(' '),
    );

  it('are those that others must know', () => {
    expect(names({ kind: 'sglang' })).to.deep.equal(['port bootstrapPort', 'port', 'port']);
    expect(names({ kind: 'vllm' })).to.deep.equal(['port sidePort', 'port sidePort', 'port']);
    expect(names({ kind: 'vllm', protocol: 'mooncake' })).to.deep.equal(['port bootstrapPort', 'port', 'port']);
    expect(names({ kind: 'trtllm' })).to.deep.equal(['port', 'port', 'port']);
    expect(names({ kind: 'openai' })).to.deep.equal(['port', 'port', 'port']);
  });
});
