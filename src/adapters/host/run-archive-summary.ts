import type { RunEntry } from '../../ports/run-archive.ts';

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});
const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** Who governed, and what was aimed at; of an endpoint of others nobody knows who governs. */
function aimOf({ governor }: Fields, bench: Fields): string | null {
  const target = textOf(fieldsOf(bench['load'])['url']) ?? textOf(fieldsOf(bench['request'])['cluster']);
  const who = governor === 'unknown' ? null : textOf(governor);
  if (target === null) return who;
  return who === null ? target : `${who} on ${target}`;
}

/** "slo on clusters/a.yaml, llama-3.1-8b, azure-conv-2023 at 8/s": as much of a run as a list has room for. */
function whatOfRun(run: Fields): string {
  const config = fieldsOf(run['config']);
  const bench = fieldsOf(run['bench']);
  const { concurrency } = fieldsOf(bench['load']);
  const pace = typeof config['rate'] === 'number' ? ` at ${Number(config['rate'].toFixed(3))}/s` : '';
  const load = typeof concurrency === 'number' ? ` by ${concurrency} at a time` : pace;
  const workload = textOf(config['workload']);
  return [aimOf(config, bench), textOf(config['model']), workload === null ? null : `${workload}${load}`]
    .filter((part) => part !== null)
    .join(', ');
}

/** "llama-3.1-8b, azure-conv-2023 at 8/s": the governor is one of those that were found, and stands in the document. */
const whatOfSearch = (search: Fields): string =>
  whatOfRun({ config: { ...fieldsOf(fieldsOf(search['recommended'])['config']), governor: null } });

function whatOf(document: Fields): string {
  if (document['kind'] === 'run') return whatOfRun(document);
  if (document['kind'] === 'tuning') return whatOfSearch(document);
  if (document['kind'] !== 'comparison') return '';
  const arms = fieldsOf(fieldsOf(document['ab'])['arms']);
  const [a, b] = [textOf(arms['A']), textOf(arms['B'])];
  return a !== null && b !== null ? `${a} against ${b}` : whatOfRun(fieldsOf(document['baseline']));
}

/** What a list says of a document. Of kinds that it does not know it says the kind alone. */
export function summaryOf(document: unknown): RunEntry['summary'] {
  const fields = fieldsOf(document);
  const kind = textOf(fields['kind']);
  if (kind === null) return null;
  return { kind, what: whatOf(fields), verdict: textOf(fields['verdict']) ?? textOf(fieldsOf(fields['validity'])['verdict']) };
}
