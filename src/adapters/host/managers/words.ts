/** One simple command of a line: its words, without quotes, and where its output is sent. */
export interface SimpleCommand {
  readonly words: readonly string[];
  readonly writesTo: readonly string[];
}

/** A quoted text, a redirection, something that ends a command, or a bare word; a comment takes the rest of its line. */
const TOKEN = /(#.*)|(>>?)|(&&|\|\||[;|&()\n])|((?:"(?:[^"\\]|\\.)*"|'[^']*'|\\.|[^\s"'\\;|&()<>]|<)+)/g;
const QUOTED = /"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)/g;

const bare = (word: string): string =>
  word.replace(QUOTED, (_, double?: string, single?: string, escaped?: string) => double ?? single ?? escaped ?? '');

/**
 * What a line of shell would run, as far as one can tell without running it: variables stay as they are written. No
 * parser of the whole language; what it does not understand it leaves out.
 */
export function commandsIn(line: string): SimpleCommand[] {
  const commands: SimpleCommand[] = [];
  let words: string[] = [];
  let writesTo: string[] = [];
  let redirected = false;
  const end = (): void => {
    if (words.length > 0 || writesTo.length > 0) commands.push({ words, writesTo });
    [words, writesTo, redirected] = [[], [], false];
  };
  for (const [, comment, redirect, separator, word] of line.matchAll(TOKEN)) {
    if (comment !== undefined) break;
    if (separator !== undefined) end();
    else if (redirect !== undefined) redirected = true;
    else if (word !== undefined) {
      (redirected ? writesTo : words).push(bare(word));
      redirected = false;
    }
  }
  end();
  return commands;
}
