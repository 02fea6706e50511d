import type { ClusterFile } from '../../domain/cluster.ts';
import type { EngineFacts } from '../../domain/engine-facts.ts';
import type { Provenance } from '../../domain/profile.ts';

/** What an instance turned out to be. */
export interface FoundInstance {
  readonly id: string;
  readonly role: string;
  /** Its devices as their driver names them; null where nobody has been asked. */
  readonly devices: string | null;
  readonly facts: EngineFacts;
}

const SECRET = /^--?api[-_]key$/;

/** Nobody's key goes into a document. */
function shownArgs(args: readonly string[]): string {
  const shown = args.map((arg, i) => (SECRET.test(args[i - 1] ?? '') ? '***' : arg.replace(/^(--?api[-_]key)=.*$/, '$1=***')));
  return shown.join(' ').replaceAll(';', ',');
}

const limitsOf = ({ kvTokens, maxRunning, contextTokens, chunkTokens }: EngineFacts): string =>
  `kv ${kvTokens ?? '?'} running ${maxRunning ?? '?'} context ${contextTokens ?? '?'} chunk ${chunkTokens ?? '?'}`;

/** Nothing where an engine batches as it does by itself. */
const batchingText = ({ batching, kvDtype }: ClusterFile['engine']): readonly string[] => [
  ...Object.entries(batching ?? {}).map(([name, value]) => `${name}=${String(value)}`),
  ...(kvDtype === undefined ? [] : [`kvDtype=${kvDtype}`]),
];

const distinct = (texts: readonly string[]): string => [...new Set(texts)].join(' and ');

/**
 * What was measured, by what driver, engine and flags: another fingerprint is another deployment. Parts are told apart by their first word.
 * @param driver null where nobody drives the clocks
 */
export function realProvenance(cluster: ClusterFile, found: readonly FoundInstance[], driver: string | null): Provenance {
  const { engine, gpu, model, tp, name } = cluster;
  const gpusOf = (id: string): string => {
    const own = cluster.instances.find((one) => one.id === id || ['prefill', 'decode'].some((phase) => id === `${one.id}-${phase}`));
    return own === undefined ? '' : [...(own.node === undefined ? [] : [own.node]), ...own.gpus].join('+');
  };
  const fingerprint = [
    `devices ${found.map(({ id, role, devices }) => `${id}:${role}:${devices ?? gpusOf(id)}`).join(' ')}`,
    `driver ${driver ?? 'none'}`,
    `gpu ${gpu}`,
    `model ${engine.model ?? model} tp ${tp}`,
    `engine ${engine.kind} ${distinct(found.map(({ facts }) => facts.version ?? 'of unknown version'))} ${distinct(found.map(({ facts }) => limitsOf(facts)))}`,
    `flags ${shownArgs([...batchingText(engine), ...(engine.args ?? []), ...(engine.prefillArgs ?? []), ...(engine.decodeArgs ?? [])]) || 'none'}`,
  ]
    .map((part) => part.replaceAll('; ', ', '))
    .join('; ');
  return { cluster: name, gpu, model, tp, engine: engine.card ?? engine.kind, fingerprint };
}
