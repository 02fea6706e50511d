/** What may stand at a place of the command line. Nothing at all: any text, which nobody can guess. */
export interface Candidates {
  readonly words: readonly string[];
  readonly files: boolean;
}

export interface CompletionFlag extends Candidates {
  /** With its dashes. */
  readonly name: string;
  readonly about: string;
  /** Whether a value follows. */
  readonly takesValue: boolean;
}

export interface CompletionCommand {
  /** As it is written: `config init`. */
  readonly name: string;
  readonly about: string;
  readonly flags: readonly CompletionFlag[];
  /** Of its arguments. */
  readonly operand: Candidates;
}

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** First words of commands, each once, with the second words of a topic. */
export const topicsOf = (commands: readonly CompletionCommand[]): Map<string, CompletionCommand[]> => {
  const topics = new Map<string, CompletionCommand[]>();
  for (const command of commands) {
    const [first, second] = command.name.split(' ') as [string, string?];
    topics.set(first, [...(topics.get(first) ?? []), ...(second === undefined ? [] : [command])]);
  }
  return topics;
};

/** Text of ours between single quotes, in a shell that ends them and begins them anew. */
export const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

const keyOf = ({ words, files }: Candidates): string => `${files} ${words.join(' ')}`;

/** Places that take the same, together: `[places, what they take]`. A place is `COMMAND` or `COMMAND --flag`. */
export const placesByCandidates = (commands: readonly CompletionCommand[]): [string[], Candidates][] => {
  const groups = new Map<string, [string[], Candidates]>();
  const add = (place: string, candidates: Candidates): void => {
    if (candidates.words.length === 0 && !candidates.files) return;
    const group = groups.get(keyOf(candidates)) ?? [[], candidates];
    group[0].push(place);
    groups.set(keyOf(candidates), group);
  };
  for (const { name, flags, operand } of commands) {
    add(name, operand);
    for (const flag of flags) if (flag.takesValue) add(`${name} ${flag.name}`, flag);
  }
  return [...groups.values()];
};

/** The flags behind which a value follows, as places. */
export const valuePlaces = (commands: readonly CompletionCommand[]): string[] =>
  commands.flatMap(({ name, flags }) => flags.filter(({ takesValue }) => takesValue).map((flag) => `${name} ${flag.name}`));
