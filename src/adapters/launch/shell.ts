/** What a POSIX shell reads as one word, whatever is in it. @throws RangeError for a NUL, which no argument can hold */
export const quote = (text: string): string => {
  if (text.includes('\0')) throw new RangeError('an argument cannot hold a NUL');
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
};

export const commandLine = (words: readonly string[]): string => words.map(quote).join(' ');
