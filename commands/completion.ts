import { Args, Command } from '@oclif/core';
import { VoltanaError } from '../src/domain/errors.ts';
import { SHELLS, type Candidates, type CompletionCommand, type CompletionFlag, type Shell } from '../src/reporting/completion/model.ts';
import { completionScript } from '../src/reporting/completion/script.ts';

type Ids = Readonly<Record<string, readonly string[]>>;
type Defined = Command.Loadable;
type Place = {
  readonly name: string;
  readonly options?: readonly string[] | undefined;
  readonly helpValue?: string | string[] | undefined;
  readonly description?: string | undefined;
};

/** Flags whose file has a name of their own, not FILE; the argument of a command is a file unless its description tells better. */
const takesFile = ({ name, helpValue = '' }: Place): boolean => /FILE|FOLDER|PATH|DIR/.test([helpValue, name].flat().join(' '));

const candidates = (place: Place, ids: Ids): Candidates => ({
  words: place.options ?? ids[place.name] ?? [],
  files: takesFile(place),
});

const firstSentence = (text = ''): string => text.split('\n')[0]!;

const flagsOf = ({ flags }: Defined, ids: Ids): CompletionFlag[] =>
  Object.values(flags)
    .filter(({ hidden }) => hidden !== true)
    .flatMap((flag): CompletionFlag[] => {
      const about = firstSentence(flag.description ?? flag.summary);
      if (flag.type === 'option') return [{ name: `--${flag.name}`, about, takesValue: true, ...candidates(flag, ids) }];
      const names = flag.allowNo ? [`--${flag.name}`, `--no-${flag.name}`] : [`--${flag.name}`];
      return names.map((name) => ({ name, about, takesValue: false, words: [], files: false }));
    });

/** Recorded runs and profiles are files or folders; cards are ids; a shell is one of three. */
const operandOf = (id: string, { args }: Defined, ids: Ids): Candidates => {
  const [arg] = Object.values(args);
  if (arg === undefined) return { words: [], files: false };
  if (id === 'completion') return { words: SHELLS, files: false };
  return id === 'profiles:show' ? { words: ids['id'] ?? [], files: false } : { words: [], files: true };
};

const describe = (command: Defined, ids: Ids): CompletionCommand => ({
  name: command.id.replaceAll(':', ' '),
  about: firstSentence(command.summary),
  flags: flagsOf(command, ids),
  operand: operandOf(command.id, command, ids),
});

export default class Completion extends Command {
  static override summary = 'Prints a script that completes commands, flags and ids in bash, zsh or fish.';

  static override args = {
    shell: Args.string({ name: 'SHELL', description: `the shell: ${SHELLS.join(', ')}`, required: true }),
  };

  async run(): Promise<void> {
    const { args } = await this.parse(Completion);
    const shell = SHELLS.find((known): known is Shell => known === args.shell);
    if (shell === undefined) {
      throw new VoltanaError('BAD_VALUE', `there is no completion for "${args.shell}"`, { hint: `Use one of: ${SHELLS.join(', ')}.` });
    }
    const { completionIds } = await import('../src/compose/completion.ts');
    const ids = await completionIds();
    const commands = this.config.commands.map((command) => describe(command, ids)).sort((a, b) => (a.name < b.name ? -1 : 1));
    this.log(completionScript(shell, commands).trimEnd());
  }
}
