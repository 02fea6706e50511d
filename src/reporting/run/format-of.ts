import { VoltanaError } from '../../domain/errors.ts';

/** How a result leaves, by the ending of its file; `.vllm.json` is no `.json` and so comes before it. */
const FORMATS = { '.vllm.json': 'vllm', '.json': 'json', '.csv': 'csv', '.md': 'markdown', '.xml': 'junit', '.html': 'html' } as const;
type Ending = keyof typeof FORMATS;
export type RunFormat = (typeof FORMATS)[Ending];

const ENDINGS = Object.keys(FORMATS) as Ending[];

/** Endings that each kind of result may have, the document itself first. */
export const RESULT_ENDINGS = {
  run: ['.json', '.csv', '.md', '.xml', '.vllm.json', '.html'],
  comparison: ['.json', '.csv', '.md', '.xml', '.html'],
} as const satisfies Readonly<Record<string, readonly Ending[]>>;
export type ResultKind = keyof typeof RESULT_ENDINGS;

const hintFor = (file: string, kind: ResultKind): string => {
  const endings = RESULT_ENDINGS[kind].join(', ');
  if (file.endsWith('.vllm.json')) return `The vLLM key set is of one run, not of two. Endings: ${endings}.`;
  return `Use a file name that ends in ${RESULT_ENDINGS[kind].join(' or ')}.`;
};

/** @throws VoltanaError BAD_VALUE for an ending that says nothing, or that this kind of result does not have */
export function formatOf(file: string, kind: ResultKind): RunFormat {
  const ending = ENDINGS.find((known) => file.endsWith(known));
  if (ending !== undefined && (RESULT_ENDINGS[kind] as readonly string[]).includes(ending)) return FORMATS[ending];
  throw new VoltanaError('BAD_VALUE', `--output "${file}" has no known ending`, { hint: hintFor(file, kind) });
}
