import type { Tuning } from '../../domain/tuning.ts';
import { layoutText, objectiveUnit, objectiveWord, settingsText } from '../../domain/tuning-text.ts';
import { oneLine } from '../../domain/plain-text.ts';
import { counted, number, percent, wrap } from '../format.ts';
import { grouped, WIDTH } from '../run/sections.ts';
import { alignedTable } from '../table.ts';
import {
  comparedRows,
  failingTexts,
  FRONT_HEADING,
  FRONT_TEXTS,
  frontRows,
  ROBUSTNESS_HEADING,
  robustnessRow,
  SENSITIVITY_HEADING,
  sensitivityRow,
} from './tables.ts';
import { TIERS_HEADING, TIERS_TEXTS, tierRows, tierTexts } from './tiers.ts';

/** A front may be long, and a screen is not: the rest is in the document. */
const MOST_ROWS = 12;
const GAP = 2;

const EVIDENCE: Readonly<Record<Tuning['evidence'], string>> = {
  measured: 'predictors that were measured',
  validated: 'models that were checked against measurements of this GPU',
  emulated: 'a fit of emulated devices',
  extrapolated: 'extrapolated: no measurement backs these cards, clocks or lengths',
};

export const titleOf = ({ load, constraints: { slo, sloTarget, gpus, powerBudgetW }, recommended: { config } }: Tuning): string => {
  const budget = powerBudgetW === null ? '' : `, ${powerBudgetW} W`;
  const range = gpus.least === gpus.most ? counted(gpus.most, 'GPU') : `${gpus.least} to ${gpus.most} GPUs`;
  return `${config.model} on ${config.gpu}: ${oneLine(load.workload)} at ${number(load.rate, 3)}/s with ${range}${budget}; TTFT <= ${slo.ttftMs} ms and mean gap <= ${slo.itlMs} ms for ${percent(sloTarget)}`;
};

export const pickOf = ({ recommended: { choice, gpus }, savedPct, objective }: Tuning): string =>
  `recommended: ${layoutText(choice)} (${counted(gpus, 'GPU')}) with ${settingsText(choice)}: ${number(savedPct, 1, '%')} less ${objectiveWord(objective)}`;

const bullets = (texts: readonly string[]): string[] =>
  texts.flatMap((text) => wrap(oneLine(text), WIDTH - 2).map((line, i) => `${i === 0 ? '- ' : '  '}${line}`));

/** One row as several lines: the text in a column goes on below its beginning, where no figures stand. */
const unfolded = (row: readonly string[], column: number, room: number): string[][] =>
  wrap(row[column]!, room).map((part, line) => row.map((cell, i) => (i === column ? part : line === 0 ? cell : '')));

/** The least that a column of text is given, however wide the others are. */
const LEAST_ROOM = 20;

/** A table in which the last column of text goes on in lines of its own, so that nothing that tells two rows apart is cut. */
function table(heading: readonly string[], rows: readonly (readonly string[])[], texts: number): string[] {
  const column = texts - 1;
  const others = heading.map((name, i) => (i === column ? 0 : Math.max(name.length, ...rows.map((row) => row[i]!.length))));
  const room = WIDTH - others.reduce((sum, width) => sum + width, GAP * (heading.length - 1));
  const least = Math.max(LEAST_ROOM, heading[column]!.length);
  return alignedTable(
    heading,
    rows.flatMap((row) => unfolded(row, column, Math.max(room, least))),
    texts,
  );
}

const section = (title: string, lines: readonly string[]): string[] => (lines.length === 0 ? [] : ['', title, ...lines]);

function some(rows: readonly (readonly string[])[], heading: readonly string[], texts: number): string[] {
  if (rows.length === 0) return [];
  const left = rows.length - MOST_ROWS;
  return [...table(heading, rows.slice(0, MOST_ROWS), texts), ...(left > 0 ? [`and ${left} more`] : [])];
}

export const workText = ({ search, wallS }: Tuning): string =>
  `${grouped(search.configurations)} configurations, ${grouped(search.simulations)} runs, ${grouped(search.simulatedRequests)} requests; ${counted(search.refused, 'layout')} refused by arithmetic; ${counted(search.workers, 'worker')}, ${number(wallS, 1, 's')}`;

export const evidenceText = (tuning: Tuning): string => `simulated, nothing was measured; ${EVIDENCE[tuning.evidence]}`;

const objectiveLines = ({ objective, prices, recommended, baseline }: Tuning): string[] => {
  if (objective === 'energy') return [];
  const [ours, theirs] = [recommended, baseline].map((one) => number(one.objectivePerMillionTokens, 4));
  return [`${ours} ${objectiveUnit(objective, prices)}, given ${theirs}`];
};

const tierLines = ({ tiers }: Tuning): string[] =>
  tiers === undefined ? [] : [...table(TIERS_HEADING, tierRows(tiers), TIERS_TEXTS), ...bullets(tierTexts(tiers))];

/** A search for people: lines of at most 100 columns, without an escape sequence. */
export const renderTuning = (tuning: Tuning): string =>
  [
    ...wrap(titleOf(tuning), WIDTH),
    '',
    ...wrap(pickOf(tuning), WIDTH),
    ...objectiveLines(tuning),
    ...bullets(tuning.recommended.why),
    '',
    ...table(FRONT_HEADING, comparedRows(tuning), FRONT_TEXTS),
    ...section(
      'what no other beats in objective, attainment, goodput and GPUs at once',
      some(frontRows(tuning), FRONT_HEADING, FRONT_TEXTS),
    ),
    ...section('one setting changed', some(tuning.sensitivity.map(sensitivityRow), SENSITIVITY_HEADING, 3)),
    ...section('under other conditions', [
      ...some(tuning.robustness.map(robustnessRow), ROBUSTNESS_HEADING, 1),
      ...bullets(failingTexts(tuning)),
    ]),
    ...section('both tiers', tierLines(tuning)),
    ...section('capacity', bullets(tuning.capacity.map(({ text }) => text))),
    ...section('to know', bullets(tuning.reasons)),
    '',
    ...wrap(workText(tuning), WIDTH),
    ...wrap(`evidence: ${evidenceText(tuning)}`, WIDTH),
  ].join('\n');
