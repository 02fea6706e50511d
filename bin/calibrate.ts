/**
 * Fits the constants of a GPU card to measurements and writes the card; a new GPU is a card with guesses, a data file and this:
 *   npm run calibrate -- --gpu ID --data FILE [--data FILE ...] [--engine ID] [--dry-run] [--held-out]
 * What a file is, is told by its header (src/prediction/calibration/read-table.ts). --held-out adds leave-one-out errors.
 */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { VoltanaError } from '../src/domain/errors.ts';
import { calibrate, type Calibration } from '../src/prediction/calibration/calibrate.ts';
import { errorsOf, leaveOneOut, type GroupKind, type TableError } from '../src/prediction/calibration/errors.ts';
import type { Table } from '../src/prediction/calibration/observation.ts';
import { readTable } from '../src/prediction/calibration/read-table.ts';
import { cardFile, gpuCard, surroundingsOf } from './calibrate/cards.ts';
import { printCard } from './calibrate/print.ts';

const OPTIONS = {
  gpu: { type: 'string' },
  data: { type: 'string', multiple: true },
  engine: { type: 'string', default: 'sglang-like' },
  'dry-run': { type: 'boolean', default: false },
  'held-out': { type: 'boolean', default: false },
} as const;

const GROUPS: readonly GroupKind[] = ['clock', 'batch', 'model'];

/** Printed at the end, when the card is written: a reader that goes away early costs no card. */
const lines: string[] = [];
const say = (line: string): void => {
  lines.push(line);
};

const missing = (flag: string, hint: string): VoltanaError => new VoltanaError('BAD_FLAG', `${flag} is missing`, { hint });

async function tableFrom(file: string, gpuId: string): Promise<Table> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new VoltanaError('FILE_UNREADABLE', `cannot read ${file}`, { cause });
  });
  return readTable(text, basename(file), gpuId);
}

const row = ({ table, quantity, n, mapePct, worstPct, scale }: TableError): string =>
  [
    table.padEnd(20),
    quantity.padEnd(13),
    String(n).padStart(5),
    mapePct.toFixed(1).padStart(7),
    worstPct.toFixed(1).padStart(7),
    scale.toFixed(3).padStart(7),
  ].join(' ');

const sayErrors = (title: string, errors: readonly TableError[]): void => {
  say(`\n${title}\n${'table'.padEnd(20)} ${'quantity'.padEnd(13)}     n  mean %  worst %  scale`);
  errors.forEach((each) => say(row(each)));
};

const sayConstants = (fitted: Calibration['fitted']): void => {
  say(`${'constant'.padEnd(24)} ${'before'.padStart(12)} ${'after'.padStart(12)}`);
  for (const { path, before, after } of fitted) say(`${path.padEnd(24)} ${String(before).padStart(12)} ${String(after).padStart(12)}`);
};

async function main(): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS });
  if (values.gpu === undefined) throw missing('--gpu ID', 'Name a card of profiles/gpus; for a new GPU copy the nearest one first.');
  if (!values.data) throw missing('--data FILE', 'Name one or more CSV files with measurements.');
  const gpuId = values.gpu;
  const before = await gpuCard(gpuId);
  const tables = await Promise.all(values.data.map((file) => tableFrom(file, gpuId)));
  const surroundings = await surroundingsOf(values.engine);
  const { card, fitted } = calibrate(before, tables, surroundings);
  sayConstants(fitted);
  sayErrors('errors before', errorsOf(before, tables, surroundings));
  sayErrors('errors after', errorsOf(card, tables, surroundings));
  if (values['held-out']) for (const kind of GROUPS) sayErrors(`held out by ${kind}`, leaveOneOut(card, tables, kind, surroundings));
  if (!values['dry-run']) {
    const file = cardFile('gpus', gpuId);
    // Whole or not at all: a card is read by whatever starts meanwhile.
    await writeFile(`${file}.new`, printCard(card));
    await rename(`${file}.new`, file);
    say(`\nwrote ${file}`);
  }
  process.stdout.write(`${lines.join('\n')}\n`);
}

main().catch((error: unknown) => {
  if (!(error instanceof VoltanaError)) throw error;
  process.stderr.write(`${error.message}\n${error.hint}\n`);
  process.exitCode = error.exitCode;
});
