import chalk from 'chalk';
import type { Tone } from './spans.ts';

const COLOURS_256 = 2;
/** A terminal of 16 colours would make white of ours. */
const rich = chalk.level >= COLOURS_256;

/**
 * Sky blue and orange of Okabe and Ito's palette: they stay apart for every kind of colour blindness. Colour never
 * carries a meaning alone: a sign or a word says the same.
 */
export const GOOD = rich ? '#56b4e9' : 'blueBright';
export const ATTENTION = rich ? '#e69f00' : 'yellow';

/** From the cheapest to the dearest: from that blue over grey to that orange. */
const HEAT = rich ? ['#56b4e9', '#87afd7', '#bcbcbc', '#d7af5f', '#e69f00'] : ['blueBright', 'cyan', 'white', 'yellow', 'yellowBright'];

export interface Style {
  readonly color?: string;
  readonly bold?: boolean;
  readonly dimColor?: boolean;
  readonly inverse?: boolean;
}

const STYLES: Readonly<Record<Tone, Style>> = {
  plain: {},
  dim: { dimColor: true },
  bold: { bold: true },
  good: { color: GOOD },
  attention: { color: ATTENTION, bold: true },
  mark: { bold: true, inverse: true },
  heat0: { color: HEAT[0]! },
  heat1: { color: HEAT[1]! },
  heat2: { color: HEAT[2]! },
  heat3: { color: HEAT[3]! },
  heat4: { color: HEAT[4]! },
};

export const styleOf = (tone: Tone): Style => STYLES[tone];
