/** A document as people and diffs like it: 2 spaces, keys in the order in which they were built, one final newline. */
export const toJson = (document: unknown): string => `${JSON.stringify(document, null, 2)}\n`;
