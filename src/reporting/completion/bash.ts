import { placesByCandidates, quoted, topicsOf, valuePlaces, type CompletionCommand } from './model.ts';

const patterns = (places: readonly string[]): string => places.map(quoted).join('|');

const flagCases = (commands: readonly CompletionCommand[]): string[] =>
  commands.map(({ name, flags }) => `    ${quoted(name)}) words=${quoted(flags.map((flag) => flag.name).join(' '))} ;;`);

const valueCases = (commands: readonly CompletionCommand[]): string[] =>
  placesByCandidates(commands).map(
    ([places, { words, files }]) => `    ${patterns(places)}) words=${quoted(words.join(' '))}${files ? ' files=1' : ''} ;;`,
  );

const topicCases = (commands: readonly CompletionCommand[]): string[] =>
  [...topicsOf(commands)]
    .filter(([, below]) => below.length > 0)
    .map(([topic, below]) => `    ${quoted(topic)}) words=${quoted(below.map(({ name }) => name.split(' ')[1]).join(' '))} ;;`);

/**
 * The script for bash 3.2 and newer; it needs no bash-completion. bash takes `--flag=value` for three words, hence the look for `=`.
 */
export const bashCompletion = (
  commands: readonly CompletionCommand[],
): string => `# bash completion of voltana: eval "$(voltana completion bash)"
_voltana() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} command=\${COMP_WORDS[1]} words= files= place i
  COMPREPLY=()
  if [ "$word" = '=' ]; then word=
  elif [ "$before" = '=' ]; then before=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W ${quoted([...topicsOf(commands).keys(), '--help', '--version'].join(' '))} -- "$word"))
    return
  fi
  case "$command" in
${topicCases(commands).join('\n')}
  esac
  if [ -n "$words" ]; then
    if [ "$COMP_CWORD" -eq 2 ]; then
      COMPREPLY=($(compgen -W "$words" -- "$word"))
      return
    fi
    command="$command \${COMP_WORDS[2]}" words=
  fi
  place=$command
  case "$command $before" in
    ${patterns(valuePlaces(commands))}) place="$command $before" ;;
  esac
  if [ "$place" = "$command" ] && [ "\${word:0:1}" = '-' ]; then
    case "$command" in
${flagCases(commands).join('\n')}
    esac
    COMPREPLY=($(compgen -W "$words --help" -- "$word"))
    return
  fi
  case "$place" in
${valueCases(commands).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
  if [ -n "$files" ]; then
    while IFS= read -r i; do COMPREPLY+=("$i"); done < <(compgen -f -- "$word")
    compopt -o filenames 2>/dev/null
  fi
}
complete -F _voltana voltana
`;
