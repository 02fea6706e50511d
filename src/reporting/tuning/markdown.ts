import type { Tuning } from '../../domain/tuning.ts';
import { escapeMarkdown, page, tableOf } from '../run/markdown.ts';
import { evidenceText, pickOf, titleOf, workText } from './summary.ts';
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

const list = (texts: readonly string[]): string[] => texts.map((text) => `- ${escapeMarkdown(text)}`);
const table = (title: string, heading: readonly string[], rows: readonly (readonly string[])[], texts: number): string[] =>
  rows.length === 0 ? [] : [`#### ${title}`, '', ...tableOf(heading, rows, texts)];

const tierParts = ({ tiers }: Tuning): string[][] =>
  tiers === undefined ? [] : [table('Both tiers', TIERS_HEADING, tierRows(tiers), TIERS_TEXTS), list(tierTexts(tiers))];

/** A search as a page for merge requests and step summaries. */
export const tuningMarkdown = (tuning: Tuning): string =>
  page(
    [`### ${escapeMarkdown(titleOf(tuning))}`],
    [`**${escapeMarkdown(pickOf(tuning))}**`],
    list(tuning.recommended.why),
    tableOf(FRONT_HEADING, comparedRows(tuning), FRONT_TEXTS),
    table('What no other beats', FRONT_HEADING, frontRows(tuning), FRONT_TEXTS),
    table('One setting changed', SENSITIVITY_HEADING, tuning.sensitivity.map(sensitivityRow), 3),
    table('Under other conditions', ROBUSTNESS_HEADING, tuning.robustness.map(robustnessRow), 1),
    list(failingTexts(tuning)),
    ...tierParts(tuning),
    list(tuning.capacity.map(({ text }) => text)),
    list(tuning.reasons),
    [
      `${escapeMarkdown(workText(tuning))}.`,
      `Evidence: ${escapeMarkdown(evidenceText(tuning))}. voltana ${escapeMarkdown(tuning.voltana)}.`,
    ],
  );
