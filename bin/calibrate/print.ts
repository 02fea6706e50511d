/** Longest line of a card that holds a whole object or list. */
const WIDTH = 130;

const inline = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([key, each]) => `${JSON.stringify(key)}: ${inline(each)}`)
    .join(', ')} }`;
};

const lines = (value: unknown, indent: string): string => {
  const short = inline(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value) || (indent !== '' && short.length <= WIDTH)) return short;
  const entries = Object.entries(value).map(([key, each]) => `${indent}  ${JSON.stringify(key)}: ${lines(each, `${indent}  `)}`);
  return `{\n${entries.join(',\n')}\n${indent}}`;
};

/** JSON as the cards are written by hand: what fits on a line stands on one. */
export const printCard = (card: object): string => `${lines(card, '')}\n`;
