import { placesByCandidates, quoted, topicsOf, valuePlaces, type CompletionCommand } from './model.ts';

const patterns = (places: readonly string[]): string => places.map(quoted).join('|');

/** As `_describe` wants it: a colon ends the name. */
const described = (entries: readonly { readonly name: string; readonly about: string }[]): string =>
  entries.map(({ name, about }) => quoted(`${name.replaceAll(':', '\\:')}:${about}`)).join(' ');

const topicCases = (commands: readonly CompletionCommand[]): string[] =>
  [...topicsOf(commands)]
    .filter(([, below]) => below.length > 0)
    .map(([topic, below]) => {
      const second = below.map(({ name, about }) => ({ name: name.split(' ')[1]!, about }));
      return `    ${quoted(topic)}) choices=(${described(second)}) ;;`;
    });

const firstWords = (commands: readonly CompletionCommand[]): string =>
  described(
    [...topicsOf(commands)].map(([name, below]) => ({
      name,
      about: commands.find((command) => command.name === name)?.about ?? below.map((command) => command.name.split(' ')[1]).join(', '),
    })),
  );

const flagCases = (commands: readonly CompletionCommand[]): string[] =>
  commands.map(({ name, flags }) => `      ${quoted(name)}) choices=(${described(flags)}) ;;`);

const valueCases = (commands: readonly CompletionCommand[]): string[] =>
  placesByCandidates(commands).map(([places, { words, files }]) => {
    const parts = [words.length > 0 ? `compadd -- ${words.map(quoted).join(' ')}` : '', files ? '_files' : ''].filter(Boolean);
    return `    ${patterns(places)}) ${parts.join('; ')} ;;`;
  });

/** The script for zsh, to be evaluated after `compinit` or saved as `_voltana` in a folder of `fpath`. */
export const zshCompletion = (commands: readonly CompletionCommand[]): string => `#compdef voltana
# zsh completion of voltana: eval "$(voltana completion zsh)" after compinit, or a file _voltana in your fpath.
_voltana() {
  local command=$words[2] before=$words[CURRENT-1] place
  local -a choices
  if (( CURRENT == 2 )); then
    choices=(${firstWords(commands)})
    _describe 'command' choices
    return
  fi
  case "$command" in
${topicCases(commands).join('\n')}
  esac
  if (( $#choices )); then
    if (( CURRENT == 3 )); then
      _describe 'command' choices
      return
    fi
    command="$command $words[3]"
    choices=()
  fi
  if [[ $PREFIX == --*=* ]]; then
    before=\${PREFIX%%=*}
    compset -P '*='
  fi
  place=$command
  case "$command $before" in
    ${patterns(valuePlaces(commands))}) place="$command $before" ;;
  esac
  if [[ $place == $command && $PREFIX == -* ]]; then
    case "$command" in
${flagCases(commands).join('\n')}
    esac
    _describe 'flag' choices
    return
  fi
  case "$place" in
${valueCases(commands).join('\n')}
  esac
}
if [[ $funcstack[1] == _voltana ]]; then _voltana "$@"; else compdef _voltana voltana; fi
`;
