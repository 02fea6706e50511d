import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Parser, type Command } from '@oclif/core';
import { expect } from 'chai';
import { execa } from 'execa';
import { commands } from '../../../commands/index.ts';
import { commandsIn, type DocCommand } from '../../fixtures/docs/commands.ts';
import { makeReadersFiles } from '../../fixtures/docs/files.ts';
import { treatmentOf } from '../../fixtures/docs/plan.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const CLI = join(ROOT, 'bin/run.js');

const PAGES = ['README.md', ...readdirSync(join(ROOT, 'docs')).flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : []))];
const ALL = PAGES.flatMap((page) => commandsIn(page, readFileSync(join(ROOT, page), 'utf8')));
const WHOLE = ALL.filter(({ whole }) => whole);

const TOPICS = new Set(Object.keys(commands).flatMap((name) => (name.includes(':') ? [name.split(':')[0]!] : [])));

interface Known {
  readonly command: Command.Class;
  readonly rest: readonly string[];
}

const KNOWN = commands as unknown as Readonly<Record<string, Command.Class>>;

const knownOf = ({ args }: DocCommand): Known | null => {
  for (const length of [2, 1]) {
    const command = KNOWN[args.slice(0, length).join(':')];
    if (command) return { command, rest: args.slice(length) };
  }
  return null;
};

const nameOf = ({ page, line, text }: DocCommand): string => `${page}:${line}: ${text.slice(0, 100)}`;

const flagsOf = (command: Command.Class): Command.Class['flags'] => ({ ...command.baseFlags, ...command.flags });

describe('the commands of the pages', function () {
  this.timeout(120_000);

  describe('are commands of this version', () => {
    for (const command of ALL)
      it(nameOf(command), async () => {
        // The program's own.
        if (['--version', '--help'].includes(command.args[0]!)) return;
        // A word for several commands, as `voltana runs`.
        if (!command.whole && TOPICS.has(command.args[0]!) && command.args.length === 1) return;
        const known = knownOf(command);
        expect(known, 'no such command').not.to.equal(null);
        const flags = flagsOf(known!.command);
        const asked = command.args.flatMap((word) => /^--(?:no-)?([a-z][a-z-]*)/.exec(word)?.[1] ?? []);
        const help = ['help', 'version', 'json'];
        expect(asked.filter((flag) => !(flag in flags) && !help.includes(flag))).to.deep.equal([]);
        // A flag that stands without its value has one by default: see commands/optional-value.ts.
        const rest = known!.rest.at(-1) === '--explain' ? [...known!.rest, '30'] : [...known!.rest];
        if (command.whole && !command.text.includes('$1'))
          await Parser.parse(rest, { flags, args: known!.command.args, strict: known!.command.strict });
      });
  });

  describe('do what the pages say', () => {
    const shared = mkdtempSync(join(tmpdir(), 'voltana-docs-'));
    const env = { VOLTANA_RUNS_DIR: join(shared, 'runs') };
    const voltana = (args: readonly string[], cwd: string) =>
      execa(process.execPath, [CLI, ...args], { cwd, env, reject: false, stdin: 'ignore', timeout: 100_000 });
    const folders = new Map<string, string>();

    before(() =>
      makeReadersFiles(shared, async (args) => {
        const { exitCode, stderr } = await voltana(args, shared);
        expect(exitCode, `${args.join(' ')}: ${stderr}`).to.equal(0);
      }),
    );
    after(() => {
      for (const folder of [shared, ...folders.values()]) rmSync(folder, { recursive: true, force: true });
    });

    /** Each page has a folder of its own: what one of its commands writes the next ones may read. */
    const folderOf = (page: string): string => {
      const known = folders.get(page);
      if (known !== undefined) return known;
      const folder = mkdtempSync(join(tmpdir(), 'voltana-docs-'));
      for (const name of readdirSync(shared)) if (name !== 'runs') copyFileSync(join(shared, name), join(folder, name));
      folders.set(page, folder);
      return folder;
    };

    for (const command of WHOLE) {
      const treatment = treatmentOf(command);
      if (treatment.how === 'parsed') continue;
      it(nameOf(command), async () => {
        const args = treatment.how === 'dry' && !command.args.includes('--dry-run') ? [...command.args, '--dry-run'] : command.args;
        const { exitCode, stderr } = await voltana(args, folderOf(command.page));
        expect(exitCode, stderr).to.be.oneOf(treatment.how === 'run' ? (treatment.codes ?? [0]) : [0]);
      });
    }
  });
});
