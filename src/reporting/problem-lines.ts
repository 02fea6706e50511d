/** One thing that is wrong, and what to do about it. */
interface Problem {
  readonly text: string;
  readonly hint?: string;
}

/** More lines than this nobody reads, and the first ones often explain the rest. */
const MOST_LINES = 20;

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

export const problemText = ({ text, hint }: Problem): string => sentence(text) + (hint === undefined ? '' : ` ${hint}`);

/** A line per problem, and one that counts those beyond the first twenty. */
export const problemLines = (file: string, problems: readonly Problem[]): string[] => {
  const lines = problems.slice(0, MOST_LINES).map((problem) => `error: ${file}: ${problemText(problem)}`);
  const more = problems.length - lines.length;
  return more === 0 ? lines : [...lines, `and ${more} more; --json lists them all.`];
};
