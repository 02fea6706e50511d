import chalk from 'chalk';

const COLOURS_256 = 2;
/** A terminal of 16 colours would make white of ours. */
const rich = chalk.level >= COLOURS_256;

/**
 * Sky blue and orange of Okabe and Ito's palette: they stay apart for every kind of colour blindness. Colour never
 * carries a meaning alone: a sign or a word says the same.
 */
export const GOOD = rich ? '#56b4e9' : 'blueBright';
export const ATTENTION = rich ? '#e69f00' : 'yellow';
