import { Flags } from '@oclif/core';
import { VoltanaError } from '../src/domain/errors.ts';
import { TRACE_FORMATS, type TraceFormat } from '../src/domain/trace-statistics.ts';

/** Which format a trace has. */
export const formatFlag = Flags.custom<TraceFormat | 'auto'>({
  description: 'its format, where its beginning does not tell',
  options: ['auto', ...TRACE_FORMATS],
  default: 'auto',
});

export const formatOf = (flag: TraceFormat | 'auto'): TraceFormat | undefined => (flag === 'auto' ? undefined : flag);

/** @throws VoltanaError BAD_VALUE for another ending: whoever reads it tells formats by what is inside, people by the name */
export const checkedWorkloadFile = (output: string): string => {
  if (output.endsWith('.jsonl')) return output;
  throw new VoltanaError('BAD_VALUE', `--output "${output}" has no known ending`, { hint: 'Use a file name that ends in .jsonl.' });
};
