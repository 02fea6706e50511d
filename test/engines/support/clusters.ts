import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { ROOT } from '../../fixtures/demo.ts';

export interface LlamaFacts {
  readonly server: string;
  readonly model: string;
}

/** Of two cores the tests, the gateway and the other engine want some as well. */
const ENGINE_ARGS = ['--slots', '--parallel', '4', '--ctx-size', '8192', '--threads', '1', '--poll', '0'];

type Cluster = Record<string, unknown> & { readonly engine: Record<string, unknown> & { readonly command: string[] } };

/** How the example of the docs starts its engines, with the server and the model that are here. */
const llamaCommand = ({ server }: LlamaFacts, { engine }: Cluster): string[] => [
  server,
  ...engine.command.slice(1),
  '--metrics',
  ...ENGINE_ARGS,
];

const example = (): Cluster => parse(readFileSync(`${ROOT}/docs/examples/llama-cpp-local.yaml`, 'utf8')) as Cluster;

/** The docs' own example on the ports given, so that the tests can ask an engine behind the gateway's back. */
export const llamaCluster = (facts: LlamaFacts, ports: readonly number[]): Cluster => {
  const cluster = example();
  return {
    ...cluster,
    engine: { ...cluster.engine, model: facts.model, command: llamaCommand(facts, cluster), args: [], readyTimeoutS: 120 },
    instances: ports.map((port, i) => ({ id: `e${i}`, role: 'aggregated', gpus: [String(i)], port })),
    gateway: { host: '127.0.0.1', port: 0 },
  };
};

/** The same engines, which somebody else has started. */
export const attachedCluster = (facts: LlamaFacts, urls: readonly string[]): Cluster => {
  const { engine, ...cluster } = llamaCluster(facts, []);
  return {
    ...cluster,
    engine: { kind: 'openai', servedModel: engine['servedModel'] } as unknown as Cluster['engine'],
    launcher: { kind: 'attach' },
    instances: urls.map((url, i) => ({ id: `e${i}`, role: 'aggregated', gpus: [String(i)], url })),
  };
};
