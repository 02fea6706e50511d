import { defaultText, flagOf, SETTING_KEYS, SETTINGS, variableOf } from '../../src/config/setting.ts';
import { usableText } from '../../src/config/setting-text.ts';
import type { SettingKey } from '../../src/domain/settings.ts';
import { table } from './table.ts';

const code = (text: string): string => `\`${text}\``;

const rowOf = (key: SettingKey): string[] => [
  code(key),
  code(variableOf(key)),
  code(`--${SETTINGS[key].type === 'boolean' ? '[no-]' : ''}${flagOf(key)}`),
  usableText(SETTINGS[key]),
  defaultText(key),
  SETTINGS[key].description,
];

/** docs/configuration.md, its table from the schema of settings. */
export const configurationPage =
  (): string => `<!-- Written by \`npm run docs\` from bin/docs/configuration-page.ts and src/schemas/settings.schema.json. -->
# Configuration

A setting comes from the first of these that says something, each setting on its own:

1. a **flag**: \`--rate 12\`. Only a flag that is given counts, and \`--no-quiet\` counts as well
2. a **variable** of the environment: \`VOLTANA_RATE=12\`. An empty one counts as not set
3. the **config file** that \`--config FILE\` names, or else \`VOLTANA_CONFIG\`: \`rate: 12\`. Nothing is read unless it is named
4. the **default**

\`voltana config show --origin\` says what holds and where it came from. What is wrong ends the command with exit code 2 before anything is
started, and is called by its place: \`VOLTANA_RATE=abc is not usable\`, \`my.yaml: unknown key "ratee"\`. A name that nobody knows, be it a
key, a variable that begins with \`VOLTANA_\`, a flag or an id, is an error that tells the nearest one. So is a wrong value that a flag
would have overruled: it would be wrong in the next run.

## Settings

${table(['key', 'variable', 'flag', 'value', 'default', 'what'], SETTING_KEYS.map(rowOf))}

A variable's name is its key in capitals with \`VOLTANA_\` before it; all three names stand in [the schema](schemas/settings.schema.json).
\`--trace\`, \`--json\`, \`--output\` and \`--dry-run\` say what one run does, and are flags only. A path in a config file means the same as on the command
line: it starts at the folder in which voltana is started. With \`--trace\`, a workload or a rate from a file or the environment is not used, and the log says so. \`NO_COLOR\` switches colours off, whatever is set here. Stacks with errors
take the flag \`--verbose\` itself.

## The file

\`\`\`yaml
schemaVersion: 1
kind: settings
cluster: emulated-2p2d-a100-llama-3.1-8b
rate: 12
sloItlMs: 30
\`\`\`

## Commands

| command | does |
| --- | --- |
| \`voltana config init [--output FILE] [--force]\` | writes a settings file in which every setting is explained and none is set (voltana.yaml) |
| \`voltana config init --cluster [--gpu ID] [--model ID] [--tp N] [--prefill N] [--decode N] [--slo-ttft MS] [--slo-itl MS]\` | writes the file of an emulated cluster that runs as it is (cluster.yaml) |
| \`voltana config show [--origin] [--json]\` | what holds now; takes the same flags as \`demo\`. Without \`--origin\` its output is itself a settings file. Warns of ids that nobody knows |
| \`voltana config validate FILE [--json]\` | checks a settings or cluster file, told by its \`kind\`: one line per problem (the first twenty; \`--json\` has all), exit code 2 if there is one |

## Log lines

\`--log-format json\` prints progress on stderr, one JSON object a line, and stdout holds the result alone. There is no live screen then.

\`\`\`
{"time":"2026-11-05T09:30:00.000Z","level":"info","phase":"profile","text":"..."}
\`\`\`

\`level\` is \`debug\` (the processes' logs, with \`--verbose\`), \`info\` (progress, not with \`--quiet\`) or \`warn\`; \`phase\` is \`start\`, \`profile\`,
\`fit\`, \`baseline\`, \`candidate\`, \`kept\` (what a stopped demo leaves), or \`process\` for logs. The error that ends a command is a line of text.
`;
