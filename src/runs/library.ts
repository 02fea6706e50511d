import { parseEngineCard, parseGpuCard, parseModelCard, parseWorkloadCard } from '../config/cards.ts';
import { parseClusterFile } from '../config/cluster-file.ts';
import { parseFitted } from '../config/fitted-document.ts';
import { nearest } from '../config/nearest.ts';
import type { EngineCard, GpuCard, ModelCard } from '../domain/cards.ts';
import type { ClusterFile } from '../domain/cluster.ts';
import { VoltanaError } from '../domain/errors.ts';
import type { FittedDocument } from '../domain/profile.ts';
import type { CardKind, ProfileSource } from '../ports/profile-source.ts';
import type { Store } from '../ports/store.ts';
import { checkWorkloadCard, type WorkloadCard } from '../workload/card.ts';

const SINGULAR: Readonly<Record<CardKind, string>> = {
  gpus: 'GPU',
  models: 'model',
  engines: 'engine card',
  workloads: 'workload',
  clusters: 'cluster',
  fitted: 'fitted profile',
};

export type Card = GpuCard | ModelCard | EngineCard | WorkloadCard | ClusterFile | FittedDocument;

const parseWorkload = (text: string, file: string): WorkloadCard => checkWorkloadCard(parseWorkloadCard<WorkloadCard>(text, file), file);

const PARSERS: Readonly<Record<CardKind, (text: string, file: string) => Card>> = {
  gpus: parseGpuCard,
  models: parseModelCard,
  engines: parseEngineCard,
  workloads: parseWorkload,
  clusters: parseClusterFile,
  fitted: parseFitted,
};

/** Whether a name is meant as a path: ids hold neither a separator nor an ending of ours. */
const isPath = (name: string): boolean => /[\\/]|\.(ya?ml|json)$/i.test(name);

/** Shipped cards by id, and cluster files by id or path; everything validated. */
export class Library {
  readonly #profiles: ProfileSource;
  readonly #store: Store;

  constructor(profiles: ProfileSource, store: Store) {
    this.#profiles = profiles;
    this.#store = store;
  }

  gpu(id: string): Promise<GpuCard> {
    return this.#card('gpus', id, parseGpuCard);
  }

  model(id: string): Promise<ModelCard> {
    return this.#card('models', id, parseModelCard);
  }

  engine(id: string): Promise<EngineCard> {
    return this.#card('engines', id, parseEngineCard);
  }

  workload(id: string): Promise<WorkloadCard> {
    return this.#card('workloads', id, parseWorkload);
  }

  async cluster(idOrPath: string): Promise<ClusterFile> {
    if (isPath(idOrPath)) return parseClusterFile(await this.#store.read(idOrPath), idOrPath);
    return this.#card('clusters', idOrPath, parseClusterFile);
  }

  /** A shipped fit by id, or anybody's by its file. A table of others is a fit, but not yet a document of one. @throws VoltanaError FILE_MALFORMED */
  async fitted(idOrPath: string): Promise<FittedDocument> {
    const shipped = await this.ids('fitted');
    if (shipped.includes(idOrPath)) return this.#card('fitted', idOrPath, parseFitted);
    const text = await this.#store.read(idOrPath).catch((error: unknown) => {
      throw isPath(idOrPath) ? error : unknownId('fitted profile', idOrPath, shipped);
    });
    if (!/\.csv$/i.test(idOrPath)) return parseFitted(text, idOrPath);
    throw new VoltanaError('FILE_MALFORMED', `${idOrPath} is a table, not a fitted document`, {
      hint: `Run \`voltana fit ${idOrPath} --output f.json\` first, then use --fitted f.json.`,
    });
  }

  /** What ships of one kind. */
  ids(kind: CardKind): Promise<readonly string[]> {
    return this.#profiles.list(kind);
  }

  /** A shipped card of whatever kind, and where it lies. @throws VoltanaError UNKNOWN_ID */
  async shipped(kind: CardKind, id: string): Promise<{ readonly card: Card; readonly file: string }> {
    const { text, file } = await this.#read(kind, id);
    return { card: PARSERS[kind](text, file), file };
  }

  async #card<T>(kind: CardKind, id: string, parse: (text: string, file: string) => T): Promise<T> {
    const { text, file } = await this.#read(kind, id);
    return parse(text, file);
  }

  /** @throws VoltanaError UNKNOWN_ID with the nearest id and all of them */
  async #read(kind: CardKind, id: string): ReturnType<ProfileSource['read']> {
    const ids = await this.ids(kind);
    if (!ids.includes(id)) throw unknownId(SINGULAR[kind], id, ids);
    return this.#profiles.read(kind, id);
  }
}

/** Nobody reads more of a name that is none. */
const LONGEST_ID = 80;

/** @param what the kind of thing, for the message */
export function unknownId(what: string, id: string, ids: readonly string[]): VoltanaError {
  const near = nearest(id, ids);
  const shown = id.length <= LONGEST_ID ? id : `${id.slice(0, LONGEST_ID)}…`;
  return new VoltanaError('UNKNOWN_ID', `unknown ${what} "${shown}"`, {
    hint: `${near === null ? '' : `Did you mean "${near}"? `}Known: ${ids.join(', ')}.`,
  });
}
