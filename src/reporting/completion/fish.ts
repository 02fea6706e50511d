import { topicsOf, type CompletionCommand, type CompletionFlag } from './model.ts';

/** fish knows backslashes between single quotes. */
const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

const values = ({ takesValue, words, files }: CompletionFlag): string => {
  if (!takesValue) return '';
  const listed = words.length === 0 ? '' : ` -a ${quoted(words.join(' '))}`;
  return ` ${files ? '-rF' : '-x'}${listed}`;
};

const linesOf = ({ name, flags, operand }: CompletionCommand): string[] => {
  const here = `complete -c voltana -n ${quoted(`__voltana_is ${name}`)}`;
  const own = flags.map((flag) => `${here} -l ${flag.name.slice(2)}${values(flag)} -d ${quoted(flag.about)}`);
  const words = operand.words.length === 0 ? [] : [`${here} -a ${quoted(operand.words.join(' '))}`];
  return [...own, ...words, ...(operand.files ? [`${here} -F`] : [])];
};

const topicLines = (commands: readonly CompletionCommand[]): string[] =>
  [...topicsOf(commands)].flatMap(([name, below]) => {
    const about = commands.find((command) => command.name === name)?.about ?? '';
    const first = `complete -c voltana -n '__voltana_at 1' -a ${name} -d ${quoted(about)}`;
    const second = below.map((command) => {
      const word = command.name.split(' ')[1]!;
      return `complete -c voltana -n ${quoted(`__voltana_at 2; and __voltana_is ${name}`)} -a ${word} -d ${quoted(command.about)}`;
    });
    return [first, ...second];
  });

/** The script for fish. */
export const fishCompletion = (
  commands: readonly CompletionCommand[],
): string => `# fish completion of voltana: voltana completion fish | source
function __voltana_at
  test (count (commandline -opc)) -eq $argv[1]
end
function __voltana_is
  set -l typed (commandline -opc)
  set -l last (math (count $argv) + 1)
  test (count $typed) -ge $last; and test "$typed[2..$last]" = "$argv"
end
complete -c voltana -f
${[...topicLines(commands), ...commands.flatMap(linesOf)].join('\n')}
`;
