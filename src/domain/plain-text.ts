/** Line breaks, other controls, halves of characters, what is no character, and marks that turn the direction of writing. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069\ufffe\uffff]+/gu;

/** The same text on one line, spaces kept. */
export const printable = (text: string): string => text.replace(UNPRINTABLE, ' ');

/** Text of others as one line without anything that a terminal, a parser or a reader could take for more than text. */
export const oneLine = (text: string): string => printable(text).trim();
