import { MS_PER_S } from '../../domain/units.ts';
import { byName, TableReader, type Table } from './csv.ts';
import { MAX_MS, quoted, type Layout, type TraceSink } from './layout.ts';

const NAMES = ['Timestamp', 'Request tokens', 'Response tokens'];
const SECONDS = /^\d+(\.\d+)?$/;

const table = (sink: TraceSink): Table => ({
  names: NAMES,
  columns: byName(NAMES),
  read: (line) => {
    const atMs = SECONDS.test(line.text(0)) ? Number(line.text(0)) * MS_PER_S : Infinity;
    if (atMs > MAX_MS) line.fail(`Timestamp must be seconds since the start, got ${quoted(line.text(0))}`);
    const [promptTokens, maxTokens] = [line.tokens(1, 0), line.tokens(2, 0)];
    // A failed request has an answer of no tokens.
    if (promptTokens === 0 || maxTokens === 0) sink.drop('failed requests (no tokens)');
    else sink.add(atMs, promptTokens, maxTokens);
  },
});

/** BurstGPT: by the names of its columns, since not all releases have those of sessions. */
export const BURSTGPT: Layout = {
  format: 'burstgpt',
  what: 'A BurstGPT trace',
  looks: `has the columns ${NAMES.join(', ')} among others, and one request a line`,
  begins: (line) => {
    const names = line.toLowerCase().split(',');
    return NAMES.every((name) => names.some((one) => one.trim().replaceAll('"', '') === name.toLowerCase()));
  },
  open: (sink) => new TableReader(sink, table),
};
