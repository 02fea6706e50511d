import { VoltanaError } from '../domain/errors.ts';
import type { WorkloadRequest } from '../domain/request.ts';
import { AZURE, parseAzureTrace } from './azure-trace.ts';
import { MOONCAKE, parseMooncakeTrace } from './mooncake-trace.ts';

const FORMATS = [
  { header: AZURE.columns.join(), parse: parseAzureTrace },
  { header: MOONCAKE.columns.join(), parse: parseMooncakeTrace },
];

/**
 * Reads a trace of any known format, told by its header.
 * @throws VoltanaError FILE_MALFORMED, naming the headers that are known when this one is not
 */
export function parseTrace(csvText: string, fileName: string): WorkloadRequest[] {
  const header = /^\uFEFF?\s*([^\r\n]*)/.exec(csvText)?.[1] ?? '';
  const format = FORMATS.find((candidate) => candidate.header === header);
  if (format) return format.parse(csvText, fileName);
  throw new VoltanaError('FILE_MALFORMED', `${fileName}, line 1: no known trace begins like this`, {
    hint: `The header must be one of: ${FORMATS.map((known) => known.header).join(' | ')}.`,
  });
}
