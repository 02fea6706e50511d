/**
 * Looks into JSON without parsing it. Inside a JSON string quotes are escaped, so a quoted key can only be found
 * where it is one, or is a whole string: generated text fools nobody.
 */

const QUOTE = 34;
const COLON = 58;
const SPACE = 32;
const OBJECT = 123;
const ARRAY = 91;
const ZERO = 48;
const NINE = 57;

const skipSpaces = (text: string, at: number): number => {
  while (text.charCodeAt(at) === SPACE) at++;
  return at;
};

/** @returns where the value of the next such key begins, -1 when there is none */
export const valueAfter = (text: string, quotedKey: string, from = 0): number => {
  for (let at = text.indexOf(quotedKey, from); at !== -1; at = text.indexOf(quotedKey, at + 1)) {
    const colon = skipSpaces(text, at + quotedKey.length);
    if (text.charCodeAt(colon) === COLON) return skipSpaces(text, colon + 1);
  }
  return -1;
};

/** True if any such key holds a string that is not empty. */
export const hasText = (text: string, quotedKey: string): boolean => {
  for (let at = valueAfter(text, quotedKey); at !== -1; at = valueAfter(text, quotedKey, at)) {
    if (text.charCodeAt(at) === QUOTE && text.charCodeAt(at + 1) !== QUOTE) return true;
  }
  return false;
};

/** True if such a key holds an array with something in it. */
export const hasElements = (text: string, quotedKey: string): boolean => {
  const at = valueAfter(text, quotedKey);
  return at !== -1 && text.charCodeAt(at) === ARRAY && text.charCodeAt(at + 1) !== ARRAY + 2;
};

export const isObjectAt = (text: string, at: number): boolean => at !== -1 && text.charCodeAt(at) === OBJECT;

/** The whole number that such a key holds; -1 for anything else. */
export const countAfter = (text: string, quotedKey: string, from = 0): number => {
  let at = valueAfter(text, quotedKey, from);
  let count = -1;
  for (let code = text.charCodeAt(at); at !== -1 && code >= ZERO && code <= NINE; code = text.charCodeAt(++at)) {
    count = (count === -1 ? 0 : count * 10) + code - ZERO;
  }
  return Number.isSafeInteger(count) ? count : -1;
};

/** An engine's complaint instead of a chunk. */
export const holdsError = (text: string): boolean => {
  const at = valueAfter(text, '"error"');
  return at !== -1 && (text.charCodeAt(at) === OBJECT || text.charCodeAt(at) === QUOTE);
};
