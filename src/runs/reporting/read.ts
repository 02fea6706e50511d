import { basename, extname } from 'node:path';
import { parseAnyDocument } from '../../config/any-document.ts';
import { parseVllmResult } from '../../config/client-result.ts';
import { nearest } from '../../config/nearest.ts';
import { VoltanaError } from '../../domain/errors.ts';
import { oneLine } from '../../domain/plain-text.ts';
import type { Comparison, RunRecord } from '../../domain/run-record.ts';
import type { Tuning } from '../../domain/tuning.ts';
import type { RunArchive } from '../../ports/run-archive.ts';
import type { Store } from '../../ports/store.ts';
import type { NamedRun, ReportModel } from '../../reporting/report/model.ts';

export interface ReadPorts {
  readonly archive: Pick<RunArchive, 'read' | 'list'>;
  readonly store: Pick<Store, 'read'>;
}

/** What a report is asked to tell of, looked up. */
export interface Sources {
  readonly runs: readonly NamedRun[];
  readonly tunings: ReportModel['tunings'];
  /** The one that the two runs came in, where nothing else was asked for: an A/B test knows more than its two sums. */
  readonly comparison: Comparison | null;
}

const LONGEST_KIND = 40;

const isFile = (source: string): boolean => /\.json$/i.test(source);

/** An unknown id names the one that was probably meant. */
async function withNearest(error: unknown, source: string, { archive }: ReadPorts): Promise<unknown> {
  if (!(error instanceof VoltanaError) || error.code !== 'UNKNOWN_ID') return error;
  const ids = (await archive.list().catch(() => [])).map(({ id }) => id);
  const near = nearest(source, ids);
  if (near === null) return error;
  return new VoltanaError('UNKNOWN_ID', error.message, { hint: `Did you mean ${near}? \`voltana runs list\` prints the ids of all.` });
}

async function textOf(source: string, ports: ReadPorts): Promise<{ readonly text: string; readonly path: string }> {
  if (isFile(source)) return { text: await ports.store.read(source), path: source };
  return ports.archive.read(source).catch(async (error: unknown) => {
    throw await withNearest(error, source, ports);
  });
}

const refused = (path: string, what: string, hint: string): VoltanaError =>
  new VoltanaError('BAD_VALUE', `${path} is ${what}: a report tells of runs, comparisons and searches`, { hint });

/** A file goes by its name, without its folder and ending; an id by itself. */
const nameOf = (source: string): string => {
  const name = basename(source);
  return /\.(json|html)$/i.test(name) ? basename(name, extname(name)) : name;
};

/** A document by itself. @param source its id, or its file */
export function sourcesOf(source: string, document: RunRecord | Comparison | Tuning): Sources {
  const name = nameOf(source);
  if (document.kind === 'run') return { runs: [{ name, record: document }], tunings: [], comparison: null };
  if (document.kind === 'tuning') return { runs: [], tunings: [{ name, document }], comparison: null };
  const runs = (['baseline', 'candidate'] as const).map((which) => ({ name: `${name} ${which}`, record: document[which] }));
  return { runs, tunings: [], comparison: document };
}

async function read(source: string, ports: ReadPorts): Promise<Sources> {
  const { text, path } = await textOf(source, ports);
  if (parseVllmResult(text, path) !== null)
    throw refused(path, 'a result of `vllm bench serve`', '`voltana compare A B` compares such results as far as their keys go.');
  const document = parseAnyDocument(text, path);
  if (document.kind === 'run' || document.kind === 'comparison' || document.kind === 'tuning') return sourcesOf(source, document);
  throw refused(path, `of kind "${kindIn(text)}"`, 'Give the id of a run, or a file that bench, simulate, demo, compare or tune wrote.');
}

const kindIn = (text: string): string => {
  const kind = (JSON.parse(text) as { kind?: unknown } | null)?.kind;
  return typeof kind === 'string' ? oneLine(kind.slice(0, LONGEST_KIND)) : 'none of ours';
};

/** Names that are equal get their number. */
function toldApart<T extends { readonly name: string }>(all: readonly T[]): T[] {
  const seen = new Map<string, number>();
  return all.map((one) => {
    const times = (seen.get(one.name) ?? 0) + 1;
    seen.set(one.name, times);
    return times === 1 ? one : { ...one, name: `${one.name} (${times})` };
  });
}

/**
 * Each by its id, its folder, or a file; in the order in which they were asked for.
 * @throws VoltanaError UNKNOWN_ID with the nearest id, FILE_UNREADABLE, FILE_MALFORMED, UNKNOWN_KEY, BAD_VALUE for what no report tells of
 */
export async function readSources(sources: readonly string[], ports: ReadPorts): Promise<Sources> {
  const all: Sources[] = [];
  for (const source of sources) all.push(await read(source, ports));
  return {
    runs: toldApart(all.flatMap(({ runs }) => runs)),
    tunings: toldApart(all.flatMap(({ tunings }) => tunings)),
    comparison: all.length === 1 ? all[0]!.comparison : null,
  };
}
