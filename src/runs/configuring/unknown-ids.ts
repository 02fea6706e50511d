import type { Explanation } from '../../config/errors-from-ajv.ts';
import { asProblems } from '../../config/inspect.ts';
import { nameOrigin } from '../../config/name-origin.ts';
import { valuesOf } from '../../config/resolve-settings.ts';
import type { ClusterFile } from '../../domain/cluster.ts';
import type { ResolvedSettings, Settings } from '../../domain/settings.ts';
import type { Library } from '../library.ts';
import { governorId, routingId } from '../serving/fleet.ts';

type Check = () => unknown;

/** A check of what was given; nothing to check otherwise. */
const given = (value: string | undefined, check: (value: string) => unknown): Check[] => (value === undefined ? [] : [() => check(value)]);

const checksOfCluster = ({ gpu, model, engine, control }: ClusterFile, library: Library): Check[] => [
  // Real hardware and models need no card of ours; what is emulated is nothing else.
  ...(engine.kind === 'emulated' ? [() => library.gpu(gpu), () => library.model(model)] : []),
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
export async function unknownIds(kind: string | null, value: unknown, file: string, library: Library): Promise<Explanation[]> {
  const checks =
    kind === 'cluster' ? checksOfCluster(value as ClusterFile, library) : checksOfSettings(value as Partial<Settings>, library);
  return (await Promise.all(checks.map((check) => asProblems(file, check)))).flat();
}

/** The same of settings as they hold, each problem with the place where the setting stands. */
export async function unknownSettings(settings: ResolvedSettings, library: Library): Promise<Explanation[]> {
  const placed = (check: Check) => async (): Promise<void> => {
    try {
      await check();
    } catch (error) {
      throw nameOrigin(error, settings);
    }
  };
  const checks = checksOfSettings(valuesOf(settings), library).map(placed);
  return (await Promise.all(checks.map((check) => asProblems('', check)))).flat();
}
