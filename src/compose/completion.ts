import { fileStore } from '../adapters/host/fs-store.ts';
import { shippedProfiles } from '../adapters/host/shipped-profiles.ts';
import { GOVERNORS } from '../governing/registry.ts';
import { ROUTINGS } from '../routing/registry.ts';
import { listCards, type CardEntry } from '../runs/browsing/cards.ts';
import { Library } from '../runs/library.ts';

/** Ids that a flag takes, by the flag's name; `id` are those of all cards. */
export const completionIds = async (): Promise<Readonly<Record<string, readonly string[]>>> => {
  const cards = await listCards(undefined, new Library(shippedProfiles(fileStore()), fileStore()));
  const of = (kind: CardEntry['kind']): string[] => cards.filter((card) => card.kind === kind).map(({ id }) => id);
  const [clusters, governor, routing] = [of('cluster'), [...GOVERNORS], [...ROUTINGS]];
  return {
    gpu: of('gpu'),
    model: of('model'),
    engine: of('engine'),
    workload: of('workload'),
    fitted: of('fitted'),
    cluster: clusters,
    emulated: clusters,
    governor,
    'baseline-governor': governor,
    routing,
    'baseline-routing': routing,
    id: cards.map(({ id }) => id),
  };
};
