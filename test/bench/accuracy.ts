/**
 * The analytic model of the shipped cards beside measurements made by others: npm run --silent bench:accuracy -- [--json] [--held-out] [--page]
 * --held-out adds errors on what a fit has not seen: some fifty fits, minutes. docs/accuracy.md tells what the tables are; --page, with
 * --held-out, renews the figures in it.
 */
import { parseArgs } from 'node:util';
import { energyFigures } from './accuracy/energy.ts';
import { heldOutFigures } from './accuracy/held-out.ts';
import { renewPage } from './accuracy/page.ts';
import { A100_TABLES, ALL_REDUCE, caseOf, DATA_FOLDER, hasData, SAME_DIE_TABLES, SWEEP } from './accuracy/sources.ts';
import { stepFigures } from './accuracy/steps.ts';
import { borrowedFigures, tableFigures, type MakeFigure } from './accuracy/tables.ts';
import { figureMaker, report, type Figure } from './figures.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    'held-out': { type: 'boolean', default: false },
    page: { type: 'boolean', default: false },
  },
});
const command = `npm run --silent bench:accuracy -- --json${values['held-out'] ? ' --held-out' : ''}`;

/** The card's name before each figure. */
const of = (card: string): MakeFigure => {
  const figure = figureMaker(command);
  return (name, ...rest) => figure(`${card}, ${name}`, ...rest);
};

async function figures(): Promise<Figure[]> {
  const a800 = await caseOf('a800-sxm4-80gb', [SWEEP]);
  const a100 = await caseOf('a100-sxm4-80gb', A100_TABLES);
  const hopper = await Promise.all(['h100-sxm5-80gb', 'h200-sxm5-141gb'].map((id) => caseOf(id, [ALL_REDUCE])));
  return [
    ...tableFigures(of('A800'), a800),
    ...energyFigures(of('A800'), a800),
    ...tableFigures(of('A100'), a100),
    ...stepFigures(of('A100'), a100),
    ...hopper.flatMap((each) => tableFigures(of(each.card.id.slice(0, 4).toUpperCase()), each)),
    ...borrowedFigures(of('A800'), await caseOf('a800-sxm4-80gb', SAME_DIE_TABLES)),
    ...borrowedFigures(of('A100'), await caseOf('a100-sxm4-80gb', [SWEEP])),
    ...(values['held-out'] ? heldOutFigures(of('A100'), await caseOf('a100-sxm4-80gb', [SWEEP, ...A100_TABLES])) : []),
  ];
}

if (!hasData()) process.stderr.write(`The measurement tables do not lie in ${DATA_FOLDER}: there is nothing to compare with.\n`);
const found = hasData() ? await figures() : [];
if (values.page && values['held-out'] && found.length > 0) renewPage(found);
report('the model beside measurements of others', found, { json: values.json, mode: 'modelled', seed: 0 });
