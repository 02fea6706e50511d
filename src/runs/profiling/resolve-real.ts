import type { ClusterFile, ClusterInstance } from '../../domain/cluster.ts';
import { VoltanaError } from '../../domain/errors.ts';
import { ROLES } from '../../domain/instance.ts';
import { checkPortsDiffer, checkSplits } from '../demo/checks.ts';
import type { Library } from '../library.ts';
import { cardsOf } from '../serving/resolve.ts';
import type { PhaseOfEngine, RealProfileOptions } from './options.ts';
import { instancesOf, listedClocks, phasesOf, SECONDS_PER_MINUTE, TARGET_PCT, type ProfileRequest } from './request.ts';

/** @throws VoltanaError NO_ADAPTER for engines whose addresses are known to their launcher alone */
function checkFound({ name, launcher }: ClusterFile): void {
  if (launcher.kind !== 'kubernetes' && launcher.discover === undefined) return;
  const what = launcher.kind === 'kubernetes' ? 'launcher kubernetes' : 'launcher attach with discover';
  throw new VoltanaError('NO_ADAPTER', `cluster "${name}" has ${what}, and a profile has to know each engine beforehand`, {
    hint: 'Start the engines, then profile a cluster file with launcher.kind: attach that names each by its url, with its GPUs and node.',
  });
}

function checkFlags({ virtualTime, clocks }: ProfileRequest, { name, engine, control }: ClusterFile): void {
  if (virtualTime)
    throw new VoltanaError(
      'BAD_FLAG',
      `--virtual-time is for emulated clusters that are started here, prefill and decode apart; cluster "${name}" is none`,
      {
        hint: 'Leave it out: these engines take the time that they take.',
      },
    );
  if (engine.kind === 'emulated' || control?.agents !== undefined || clocks === undefined || clocks === 'auto') return;
  throw new VoltanaError('BAD_FLAG', `--clocks ${clocks}: cluster "${name}" names no agent that could lock clocks`, {
    hint: 'Name the agents of its nodes with control.agents, or leave --clocks out to measure at the clock that holds.',
  });
}

/** As its launcher will call them. */
const phasesOfEngine = (engine: ClusterInstance): PhaseOfEngine[] => {
  const { role, id } = engine;
  if (role !== 'aggregated') return [{ ...engine, role }];
  return ROLES.map((phase) => ({ ...engine, id: `${id}-${phase}`, role: phase, domain: id }));
};

/**
 * Of engines of their own: looks up what is known of them beforehand. A GPU and a model need no card.
 * @throws VoltanaError of exit code 2, or NO_ADAPTER
 */
export async function resolveReal(cluster: ClusterFile, request: ProfileRequest, library: Library): Promise<RealProfileOptions> {
  checkFound(cluster);
  checkFlags(request, cluster);
  checkPortsDiffer(cluster);
  const all = cluster.instances.flatMap(phasesOfEngine);
  const instances = instancesOf(all, request.instances, phasesOf(request.phase));
  const engines = new Set(instances.map(({ id, domain = id }) => domain));
  const cards = await cardsOf(cluster, library);
  if (cards) checkSplits(cluster, cards.model);
  return {
    real: true,
    cluster: { ...cluster, instances: cluster.instances.filter(({ id }) => engines.has(id)) },
    cards,
    instances,
    clocksMhz: listedClocks(request.clocks),
    budgetGpuS: request.maxGpuMinutes * SECONDS_PER_MINUTE,
    targetPct: TARGET_PCT,
    seed: request.seed,
  };
}
