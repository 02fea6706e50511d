import type { ClusterFile } from '../../domain/cluster.ts';
import { VoltanaError } from '../../domain/errors.ts';
import { ROLES, type EngineRole } from '../../domain/instance.ts';
import type { FittedDocument } from '../../domain/profile.ts';
import type { CardKind } from '../../ports/profile-source.ts';
import { unknownId, type Card, type Library } from '../library.ts';

/** How a kind is called on the command line and in documents, in the order in which people choose. */
const KIND_OF = {
  gpu: 'gpus',
  model: 'models',
  engine: 'engines',
  workload: 'workloads',
  cluster: 'clusters',
  fitted: 'fitted',
} as const satisfies Record<string, CardKind>;
export type ShippedKind = keyof typeof KIND_OF;
const KINDS = Object.keys(KIND_OF) as ShippedKind[];

/** One shipped card, as a list tells it. */
export interface CardEntry {
  readonly kind: ShippedKind;
  readonly id: string;
  readonly name: string;
  /** Where its figures come from, all of it in one line. */
  readonly source: string;
  readonly file: string;
}

export interface ShippedCard extends CardEntry {
  readonly card: Card;
}

const isFitted = (card: Card): card is FittedDocument => 'dvfs' in card;
const isCluster = (card: Card): card is ClusterFile => 'launcher' in card;

const counts = (roles: readonly EngineRole[]): string => {
  const named = roles.includes('aggregated') ? (['aggregated'] as const) : ROLES;
  return named.map((role) => `${roles.filter((each) => each === role).length} ${role}`).join(' + ');
};

/** A cluster's own name is its id once more, and a fit has none: what it is says more. */
function nameOf(card: Card): string {
  if (isCluster(card)) return `${counts(card.instances.map(({ role }) => role))}, ${card.model} on ${card.gpu}, ${card.engine.kind}`;
  if (!isFitted(card)) return card.name;
  const { instances, provenance, evidence } = card;
  return `${counts(instances.map(({ phase }) => phase))}, ${provenance.model} on ${provenance.gpu}, ${evidence}`;
}

/** A cluster holds no figures of its own: those of its cards are used. */
const sourceOf = (card: Card): string => {
  if (isCluster(card))
    return `its cards ${[card.gpu, card.model, ...(card.engine.card === undefined ? [] : [card.engine.card])].join(', ')}`;
  if (isFitted(card)) return card.source ?? card.provenance.fingerprint;
  return 'source' in card ? card.source : [...new Set(Object.values(card.sources))].join('; ');
};

async function read(kind: ShippedKind, id: string, library: Library): Promise<ShippedCard> {
  const { card, file } = await library.shipped(KIND_OF[kind], id);
  return { kind, id, name: nameOf(card), source: sourceOf(card), file, card };
}

/** Everything that ships, or everything of one kind. */
export async function listCards(kind: ShippedKind | undefined, library: Library): Promise<CardEntry[]> {
  const entriesOf = async (one: ShippedKind): Promise<CardEntry[]> => {
    const cards = await Promise.all((await library.ids(KIND_OF[one])).map((id) => read(one, id, library)));
    return cards.map(({ card: _, ...entry }) => entry);
  };
  return (await Promise.all((kind === undefined ? KINDS : [kind]).map(entriesOf))).flat();
}

/** Of which kinds there is a card of that name. @throws VoltanaError UNKNOWN_ID with the nearest of all ids */
async function kindsOf(id: string, library: Library): Promise<ShippedKind[]> {
  const idsOf = await Promise.all(KINDS.map((kind) => library.ids(KIND_OF[kind])));
  const found = KINDS.filter((_, i) => idsOf[i]!.includes(id));
  if (found.length === 0) throw unknownId('card', id, idsOf.flat());
  return found;
}

/** One card. @throws VoltanaError UNKNOWN_ID, or BAD_VALUE where two kinds have it and `kind` does not say which */
export async function showCard(id: string, kind: ShippedKind | undefined, library: Library): Promise<ShippedCard> {
  if (kind !== undefined) return read(kind, id, library);
  const [only, ...more] = await kindsOf(id, library);
  if (more.length === 0) return read(only!, id, library);
  throw new VoltanaError('BAD_VALUE', `"${id}" is a card of more than one kind: ${[only, ...more].join(', ')}`, {
    hint: 'Say which with --kind.',
  });
}
