import type { Explanation } from '../../config/errors-from-ajv.ts';
import { asProblems, inspectFile } from '../../config/inspect.ts';
import type { ClusterFile } from '../../domain/cluster.ts';
import type { Settings } from '../../domain/settings.ts';
import type { Store } from '../../ports/store.ts';
import type { Library } from '../library.ts';
import { governorId, routingId } from '../serving/fleet.ts';

export interface Validation {
  readonly schemaVersion: 1;
  readonly kind: 'validation';
  readonly file: string;
  /** Of the file; null when it does not say. */
  readonly of: string | null;
  readonly valid: boolean;
  readonly problems: readonly Explanation[];
}

type Check = () => unknown;

/** A check of what was given; nothing to check otherwise. */
const given = (value: string | undefined, check: (value: string) => unknown): Check[] => (value === undefined ? [] : [() => check(value)]);

const checksOfCluster = ({ gpu, model, engine, control }: ClusterFile, library: Library): Check[] => [
  () => library.gpu(gpu),
  () => library.model(model),
  ...given(engine.card, (id) => library.engine(id)),
  ...given(control?.governor, governorId),
  ...given(control?.routing, routingId),
];

const checksOfSettings = (settings: Partial<Settings>, library: Library): Check[] => [
  ...given(settings.cluster, (id) => library.cluster(id)),
  ...given(settings.workload, (id) => library.workload(id)),
  ...[settings.governor, settings.baselineGovernor].flatMap((id) => given(id, governorId)),
  ...[settings.routing, settings.baselineRouting].flatMap((id) => given(id, routingId)),
];

/** What only the shipped data and the registries can tell: whether every id means something. */
async function unknownIds(kind: string | null, value: unknown, file: string, library: Library): Promise<Explanation[]> {
  const checks =
    kind === 'cluster' ? checksOfCluster(value as ClusterFile, library) : checksOfSettings(value as Partial<Settings>, library);
  return (await Promise.all(checks.map((check) => asProblems(file, check)))).flat();
}

/** Everything that is wrong with a settings or cluster file. @throws VoltanaError FILE_UNREADABLE or, for no YAML at all, FILE_MALFORMED */
export async function validateFile(file: string, store: Store, library: Library): Promise<Validation> {
  const { kind, value, problems: found } = await inspectFile(await store.read(file), file);
  const problems = found.length > 0 ? found : await unknownIds(kind, value, file, library);
  return { schemaVersion: 1, kind: 'validation', file, of: kind, valid: problems.length === 0, problems };
}
