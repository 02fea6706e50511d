import type { Command } from '@oclif/core';
import { commands } from '../../commands/index.ts';
import { table } from './table.ts';

type Flag = Command.Class['flags'][string];

const code = (text: string): string => `\`${text}\``;
const sentence = (text: string | undefined): string => (text ?? '').replaceAll(/\s+/g, ' ').trim();

const valueOf = (flag: Flag): string => {
  if (flag.type === 'boolean') return '';
  if (flag.options) return code(flag.options.join('|'));
  return typeof flag.helpValue === 'string' ? code(flag.helpValue) : '';
};

const nameOf = (name: string, flag: Flag): string => {
  const long = `--${flag.type === 'boolean' && flag.allowNo ? '[no-]' : ''}${name}`;
  return code(flag.char ? `-${flag.char}, ${long}` : long);
};

/** A default that is computed depends on where it is asked: its description says what it is. */
const defaultOf = ({ default: value }: Flag): string =>
  value === undefined || value === false || typeof value === 'function' ? '' : ` [default: ${value}]`;

const noteOf = (flag: Flag): string =>
  [flag.required ? 'required' : '', flag.type === 'option' && flag.multiple ? 'may be given several times' : ''].filter(Boolean).join('; ');

const rowOf = ([name, flag]: readonly [string, Flag]): string[] => {
  const what = sentence(flag.summary ?? flag.description);
  return [
    nameOf(name, flag),
    valueOf(flag),
    [`${what}${what.includes('[default') ? '' : defaultOf(flag)}`, noteOf(flag)].filter(Boolean).join('; '),
  ];
};

const HEAD = ['flag', 'value', 'what'];

/** Flags under their groups, those without one first. */
function flagTables(flags: Readonly<Record<string, Flag>>): string[] {
  const shown = Object.entries(flags).filter(([, { hidden }]) => !hidden);
  const groups = [...new Set(shown.map(([, { helpGroup }]) => helpGroup))].toSorted(
    (a, b) => Number(a !== undefined) - Number(b !== undefined),
  );
  return groups.map((group) => {
    const rows = shown.filter(([, { helpGroup }]) => helpGroup === group).map(rowOf);
    return `${group === undefined ? '' : `**${group}**\n\n`}${table(HEAD, rows)}`;
  });
}

const argTable = (args: Command.Class['args']): string[] => {
  const all = Object.entries(args);
  if (all.length === 0) return [];
  const rows = all.map(([key, { name, description, required }]) => [code(name ?? key), required ? 'required' : '', sentence(description)]);
  return [table(['argument', '', 'what'], rows)];
};

const exampleText = (example: Command.Example): string =>
  typeof example === 'string' ? example : `# ${sentence(example.description)}\n${example.command}`;

const section = ([id, command]: readonly [string, Command.Class]): string => {
  const name = id.replaceAll(':', ' ');
  const words = Object.values(command.args).map(({ name: word, required }) => (required ? word : `[${word}]`));
  const examples = (command.examples ?? [])
    .map(exampleText)
    .join('\n')
    .replaceAll('<%= config.bin %>', 'voltana')
    .replaceAll('<%= command.id %>', name);
  return [
    `## voltana ${name}`,
    sentence(command.summary ?? command.description),
    code(['voltana', name, ...words, '[flags]'].join(' ')),
    ...argTable(command.args),
    ...flagTables({ ...command.baseFlags, ...command.flags }),
    ...(examples === '' ? [] : [`\`\`\`sh\n${examples}\n\`\`\``]),
  ].join('\n\n');
};

/** docs/commands.md: every command with its arguments and flags, as the program itself knows them. */
export function commandsPage(): string {
  const all = Object.entries(commands as unknown as Readonly<Record<string, Command.Class>>).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const list = all.map(([id, { summary }]) => [
    `[${code(id.replaceAll(':', ' '))}](#voltana-${id.replaceAll(':', '-')})`,
    sentence(summary),
  ]);
  return [
    '<!-- Written by `npm run docs` from the commands themselves: bin/docs/commands-page.ts. -->',
    '# Commands',
    'The same as a command says of itself with `--help`. What a setting is and where its value comes from: [configuration](configuration.md). Exit codes and what to do: [errors](errors.md).',
    table(['command', 'does'], list),
    ...all.map(section),
  ]
    .join('\n\n')
    .concat('\n');
}
