import { Parser } from '@oclif/core';
import { expect } from 'chai';
import { commands } from '../../../commands/index.ts';

type Input = Parameters<typeof Parser.parse>[1];
interface Shown {
  readonly examples?: readonly unknown[];
  readonly flags?: object;
  readonly args?: object;
  readonly strict?: boolean;
}

const BIN = '<%= config.bin %> ';
/** Commands give these a value before they are parsed. */
const BARE = /--explain$/;

/** Words as a shell makes them: the examples know double quotes and nothing else. */
const wordsOf = (line: string): string[] => [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);

describe('examples of commands', () => {
  for (const [id, command] of Object.entries(commands) as unknown as [string, Shown][]) {
    it(`voltana ${id.replace(':', ' ')}: each is one of its own, and its flags take it`, async () => {
      expect(command.examples ?? [], 'no examples').to.have.length.within(1, 4);
      for (const example of command.examples!) {
        expect(example).to.be.a('string');
        const line = (example as string).replace(BARE, '--explain=1');
        expect(line.startsWith(`${BIN}${id.replace(':', ' ')}`), line).to.equal(true);
        const argv = wordsOf(line.slice(BIN.length)).slice(id.split(':').length);
        const input = { flags: command.flags ?? {}, args: command.args ?? {}, strict: command.strict ?? true } as Input;
        await Parser.parse(argv, input);
      }
    });
  }
});
