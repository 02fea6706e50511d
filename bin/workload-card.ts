/**
 * Writes a workload card from a public trace, which itself stays outside the repository:
 *   npm run workload-card -- --data AzureLLMInferenceTrace_conv_2023.csv --id azure-conv-2023
 * Traces: https://github.com/Azure/AzurePublicDataset (AzureLLMInferenceDataset2023).
 */
import { readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { VoltanaError } from '../src/domain/errors.ts';
import { parseAzureTrace } from '../src/workload/azure-trace.ts';
import { buildWorkloadCard } from '../src/workload/build-card.ts';

const ABOUT: Readonly<Record<string, string>> = {
  'azure-conv-2023': 'Azure LLM inference trace 2023, conversation',
  'azure-code-2023': 'Azure LLM inference trace 2023, code completion',
};
const SOURCE =
  'Azure/AzurePublicDataset, AzureLLMInferenceDataset2023; P. Patel et al., "Splitwise: Efficient generative LLM inference using phase splitting", ISCA 2024';

const flags = (): { data: string; id: string; output: string } => {
  const { values } = parseArgs({ options: { data: { type: 'string' }, id: { type: 'string' }, output: { type: 'string' } } });
  if (values.data === undefined) throw new VoltanaError('BAD_FLAG', '--data FILE is missing', { hint: 'Name the trace CSV.' });
  const id = values.id ?? 'azure-conv-2023';
  if (!Object.hasOwn(ABOUT, id)) {
    throw new VoltanaError('UNKNOWN_ID', `unknown workload "${id}"`, { hint: `Use one of: ${Object.keys(ABOUT).join(', ')}.` });
  }
  return { data: values.data, id, output: values.output ?? `profiles/workloads/${id}.json` };
};

/** One table a line: a diff of a card stays readable. */
const print = (card: object): string =>
  `${JSON.stringify(card, null, 2).replace(/\[[\d.,\s]+\]/g, (table) => table.replaceAll(/\s+/g, ''))}\n`;

const main = async (): Promise<void> => {
  const { data, id, output } = flags();
  const requests = parseAzureTrace(await readFile(data, 'utf8'), basename(data));
  const card = buildWorkloadCard(requests, { id, name: ABOUT[id] as string, source: SOURCE, licence: 'CC-BY-4.0' });
  await writeFile(output, print(card));
  process.stderr.write(`${output}: ${card.requests} requests, mean ${card.meanPromptTokens.toFixed(1)} prompt / ${card.meanOutputTokens.toFixed(1)} output tokens\n`);
};

main().catch((error: unknown) => {
  const { message, hint, exitCode } = error instanceof VoltanaError ? error : { message: String(error), hint: 'Check --data and --output.', exitCode: 2 };
  process.stderr.write(`${message}\n${hint}\n`);
  process.exitCode = exitCode;
});
