import { exactly, TableReader, type Table } from './csv.ts';
import { MAX_MS, quoted, type Layout, type TraceSink } from './layout.ts';

const NAMES = ['timestamp_ms', 'input_length_tokens', 'output_length_tokens', 'n_hash_blocks_512tok'];

const table = (sink: TraceSink): Table => ({
  names: NAMES,
  columns: exactly(NAMES),
  read: (line) => {
    const atMs = /^\d+$/.test(line.text(0)) ? Number(line.text(0)) : Infinity;
    if (atMs > MAX_MS) line.fail(`timestamp_ms must be a whole number of milliseconds, got ${quoted(line.text(0))}`);
    sink.add(atMs, line.tokens(1), line.tokens(2));
  },
});

/** Mooncake's request traces as a table: ms since the start, lengths, and how many 512-token blocks the prompt's hashes were. */
export const MOONCAKE_TABLE: Layout = {
  format: 'mooncake',
  what: 'A Mooncake trace',
  looks: `has the columns ${NAMES.join()} and one request a line`,
  begins: (line) => line === NAMES.join(),
  open: (sink) => new TableReader(sink, table),
};
