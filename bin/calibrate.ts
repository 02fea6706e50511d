/**
 * Fits the constants of a GPU card to measurements and writes the card; a new GPU is a card with guesses, a data file and this:
 *   npm run calibrate -- --gpu ID --data FILE [--data FILE ...] [--engine ID] [--output FILE] [--dry-run] [--held-out]
 * What a file is, is told by its header (src/prediction/calibration/read-table.ts). Without --output the shipped card is replaced.
 * --held-out adds leave-one-out errors.
 */
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { store } from '../src/compose.ts';
import { VoltanaError } from '../src/domain/errors.ts';
import { calibrate } from '../src/prediction/calibration/calibrate.ts';
import { errorsOf, leaveOneOut, type GroupKind } from '../src/prediction/calibration/errors.ts';
import type { Subject, Table } from '../src/prediction/calibration/observation.ts';
import { readTable } from '../src/prediction/calibration/read-table.ts';
import { cardFile, gpuCard, surroundingsOf } from './calibrate/cards.ts';
import { constantLines, errorLines } from './calibrate/lines.ts';
import { printCard } from './calibrate/print.ts';
import { describeFailure } from './failure.ts';

const OPTIONS = {
  gpu: { type: 'string' },
  data: { type: 'string', multiple: true },
  engine: { type: 'string', default: 'sglang-like' },
  output: { type: 'string' },
  'dry-run': { type: 'boolean', default: false },
  'held-out': { type: 'boolean', default: false },
} as const;

const GROUPS: readonly GroupKind[] = ['clock', 'batch', 'model'];

const missing = (flag: string, hint: string): VoltanaError => new VoltanaError('BAD_FLAG', `${flag} is missing`, { hint });

function readFlags() {
  try {
    return parseArgs({ options: OPTIONS }).values;
  } catch (cause) {
    throw new VoltanaError('BAD_FLAG', (cause as Error).message, {
      hint: `There are ${Object.keys(OPTIONS)
        .map((flag) => `--${flag}`)
        .join(', ')}.`,
      cause,
    });
  }
}

const tableFrom = async (file: string, subject: Subject): Promise<Table> => readTable(await store().read(file), basename(file), subject);

/** Fewer figures than constants leave most constants where the card had them, and the rest anywhere. */
function scarceLines(tables: readonly Table[], constants: number): string[] {
  const figures = tables.reduce((sum, { observations }) => sum + observations.length, 0);
  if (figures >= constants) return [];
  return [
    '',
    `mind: ${figures} measured figures for ${constants} constants; measure more clocks, batches and prompts before you trust this card`,
  ];
}

async function main(): Promise<void> {
  const flags = readFlags();
  if (flags.gpu === undefined) throw missing('--gpu ID', 'Name a card of profiles/gpus; for a new GPU copy the nearest one first.');
  if (!flags.data) throw missing('--data FILE', 'Name one or more CSV files with measurements.');
  const before = await gpuCard(flags.gpu);
  const surroundings = await surroundingsOf(flags.engine);
  const subject = { gpu: before, models: surroundings.models };
  const tables = await Promise.all(flags.data.map((file) => tableFrom(file, subject)));
  const { card, fitted } = calibrate(before, tables, surroundings);
  const heldOut = flags['held-out'] ? GROUPS.map((kind) => [kind, leaveOneOut(card, tables, kind, surroundings)] as const) : [];
  const lines = [
    ...constantLines(fitted),
    ...scarceLines(tables, fitted.length),
    ...errorLines('errors before', errorsOf(before, tables, surroundings)),
    ...errorLines('errors after', errorsOf(card, tables, surroundings)),
    ...heldOut.flatMap(([kind, errors]) => errorLines(`held out by ${kind}`, errors)),
  ];
  if (!flags['dry-run']) {
    const file = flags.output ?? cardFile('gpus', flags.gpu);
    await store().write(file, printCard(card));
    lines.push('', `wrote ${file}`);
  } else lines.push('', 'nothing was written: --dry-run');
  // Last: a reader that goes away early costs no card.
  process.stdout.write(`${lines.join('\n')}\n`);
}

main().catch((error: unknown) => {
  const { exitCode, text } = describeFailure(error, false);
  process.stderr.write(`${text}\n`);
  process.exitCode = exitCode;
});
