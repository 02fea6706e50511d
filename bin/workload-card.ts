/**
 * Writes a workload card: from a public trace, which itself stays outside the repository, or around published means.
 *   npm run workload-card -- --id azure-conv-2023 --data AzureLLMInferenceTrace_conv_2023.csv
 *   npm run workload-card -- --id sharegpt
 * The trace's format is told by its header. What each id is stands in workload-card/known.ts.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { VoltanaError } from '../src/domain/errors.ts';
import { buildWorkloadCard } from '../src/workload/build-card.ts';
import type { WorkloadCard } from '../src/workload/card.ts';
import { buildLognormalCard } from '../src/workload/lognormal-card.ts';
import { parseTrace } from '../src/workload/trace.ts';
import { KNOWN, type KnownWorkload } from './workload-card/known.ts';

interface Flags {
  readonly data: string | undefined;
  readonly known: KnownWorkload;
  readonly output: string;
}

const flags = (): Flags => {
  const { values } = parseArgs({ options: { data: { type: 'string' }, id: { type: 'string' }, output: { type: 'string' } } });
  const ids = KNOWN.map(({ about }) => about.id).join(', ');
  if (values.id === undefined) throw new VoltanaError('BAD_FLAG', '--id ID is missing', { hint: `Use one of: ${ids}.` });
  const known = KNOWN.find(({ about }) => about.id === values.id);
  if (known === undefined) throw new VoltanaError('UNKNOWN_ID', `unknown workload "${values.id}"`, { hint: `Use one of: ${ids}.` });
  return { data: values.data, known, output: values.output ?? `profiles/workloads/${values.id}.json` };
};

const cardOf = async ({ data, known }: Flags): Promise<WorkloadCard> => {
  if (known.kind === 'assumed') return buildLognormalCard(known.about, known.prompt, known.answer);
  if (data === undefined) throw new VoltanaError('BAD_FLAG', '--data FILE is missing', { hint: 'Name the trace CSV.' });
  return buildWorkloadCard(parseTrace(await readFile(data, 'utf8'), basename(data)), known.about, known.arrivalsNote);
};

/** One table a line: a diff of a card stays readable. */
const print = (card: object): string =>
  `${JSON.stringify(card, null, 2).replace(/\[[\d.,\se+-]+\]/g, (table) => table.replaceAll(/\s+/g, ''))}\n`;

const main = async (): Promise<void> => {
  const asked = flags();
  const card = await cardOf(asked);
  await writeFile(asked.output, print(card));
  const from = card.requests === null ? 'an assumed shape' : `${card.requests} requests`;
  process.stderr.write(
    `${asked.output}: ${from}, mean ${card.meanPromptTokens.toFixed(1)} prompt / ${card.meanOutputTokens.toFixed(1)} output tokens\n`,
  );
};

main().catch((error: unknown) => {
  const { message, hint, exitCode } =
    error instanceof VoltanaError ? error : { message: String(error), hint: 'Check --data and --output.', exitCode: 2 };
  process.stderr.write(`${message}\n${hint}\n`);
  process.exitCode = exitCode;
});
