import { parseTimestamp, relativeMs } from '../timestamp.ts';
import { exactly, TableReader, type Table } from './csv.ts';
import { quoted, type Layout, type TraceSink } from './layout.ts';

const NAMES = ['TIMESTAMP', 'ContextTokens', 'GeneratedTokens'];

const table = (sink: TraceSink): Table => ({
  names: NAMES,
  columns: exactly(NAMES),
  read: (line) => {
    const at =
      parseTimestamp(line.text(0)) ?? line.fail(`TIMESTAMP must look like 2023-11-16 18:15:46.6805900, got ${quoted(line.text(0))}`);
    sink.add(relativeMs(at, sink.origin(at)), line.tokens(1), line.tokens(2));
  },
});

/** Azure LLM inference traces of 2023 and 2024: UTC times with up to 9 decimals, with or without their zone. */
export const AZURE: Layout = {
  format: 'azure',
  what: 'An Azure trace',
  looks: `has the columns ${NAMES.join()} and one request a line`,
  begins: (line) => line === NAMES.join(),
  open: (sink) => new TableReader(sink, table),
};
