import { oneLine } from '../../domain/plain-text.ts';
import { clip } from '../format.ts';
import type { ReportModel } from './model.ts';

/**
 * Four of Okabe and Ito's colours: those that stay at least 3:1 from a white and from a dark page alike. Those who see no colour
 * tell runs apart by their strokes and marks.
 */
const COLOURS = ['#d55e00', '#0072b2', '#009e73', '#cc79a7'] as const;
const STROKES = ['solid', [7, 3], [2, 2], [9, 3, 2, 3], [4, 4], [12, 3], [2, 5], [7, 2, 2, 2, 2, 2]] as const;
const MARKS = ['circle', 'diamond', 'triangle', 'rect', 'emptyCircle', 'emptyDiamond', 'emptyTriangle', 'emptyRect'] as const;
const LABEL_WIDTH = 22;

/** How one run looks in every picture. */
export interface RunLook {
  /** Short, different from all others, and safe within a chart's format strings. */
  readonly label: string;
  readonly colour: string;
  readonly stroke: string | readonly number[];
  readonly mark: string;
}

const letter = (index: number): string => (index < 26 ? String.fromCharCode(65 + index) : `R${index + 1}`);

/** ECharts takes `{...|` for the start of a style. */
const plain = (text: string): string => clip(oneLine(text.replace(/[{}|]/g, ' ')), LABEL_WIDTH);

/** One look for each run, in their order. Governors name runs while they differ. */
export const runLooks = ({ runs }: Pick<ReportModel, 'runs'>): RunLook[] => {
  const governors = runs.map(({ record }) => record.config.governor);
  const differ = new Set(governors).size === governors.length;
  return runs.map(({ name }, i) => ({
    label: runs.length === 1 ? plain(governors[0]!) : `${letter(i)} ${plain(differ ? governors[i]! : name)}`,
    colour: COLOURS[i % COLOURS.length]!,
    stroke: STROKES[i % STROKES.length]!,
    mark: MARKS[i % MARKS.length]!,
  }));
};
