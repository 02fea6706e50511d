import type { EngineRole } from '../../../domain/instance.ts';
import { batchingWords } from '../batching.ts';
import { modelPath, servedName } from '../served-model.ts';
import type { AskedPort, Start, StartCommand } from '../start/start.ts';

export const sglangPorts = (role: EngineRole): AskedPort[] => [
  { name: 'port', usual: 30_000 },
  ...(role === 'prefill' ? [{ name: 'bootstrapPort', usual: 8998 } as const] : []),
];

const disaggregation = (role: EngineRole, bootstrapPort: number | undefined): string[] => {
  if (role === 'aggregated') return [];
  return [
    '--disaggregation-mode',
    role,
    ...(bootstrapPort === undefined ? [] : ['--disaggregation-bootstrap-port', String(bootstrapPort)]),
  ];
};

export const sglangCommand = ({ cluster, instance, ports, place }: Start): StartCommand => ({
  program: ['python3', '-m', 'sglang.launch_server'],
  args: [
    ...['--model-path', modelPath(cluster), '--served-model-name', servedName(cluster)],
    ...['--host', place.listen, '--port', String(ports['port'])],
    ...['--tp-size', String(instance.gpus.length)],
    ...disaggregation(instance.role, ports['bootstrapPort']),
    '--enable-metrics',
    ...batchingWords(cluster.engine, instance.role),
  ],
  env: {},
  files: [],
});
