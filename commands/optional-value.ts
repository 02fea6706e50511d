const isValue = (text: string | undefined): boolean => text !== undefined && !text.startsWith('-');

/** A flag alone is a flag with an empty value: the parser knows none that may go without. */
export const withOptionalValue = (argv: readonly string[], flag: string): string[] =>
  argv.flatMap((text, i) => (text === flag && !isValue(argv[i + 1]) ? [text, ''] : [text]));
