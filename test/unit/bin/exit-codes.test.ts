import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { cli } from '../../../bin/cli.ts';
import { describeFailure } from '../../../bin/failure.ts';
import { commands } from '../../../commands/index.ts';
import { createEmulatedClocks } from '../../../src/adapters/clocks/emulated/driver.ts';
import { realTime } from '../../../src/adapters/host/real-time.ts';
import { ERRORS } from '../../../src/domain/errors.ts';
import { EXIT, type ExitCode } from '../../../src/domain/exit-codes.ts';
import { fitProfile } from '../../../src/prediction/fit/fit-profile.ts';
import { profile } from '../../fixtures/documents.ts';
import { startNode } from '../../fixtures/engines/emulated-node.ts';
import { baselineRun, candidateRun, comparison } from '../../fixtures/run-records.ts';

interface Reached {
  readonly file: string;
  /** Text of that file: the test that ends a process, or `cli`, with the code. */
  readonly test: string;
}

const WHOLE = 'test/integration/demo/exit-codes.test.ts';

/** For each code the test of a whole command, as a process, that ends with it. */
const REACHED: Readonly<Record<ExitCode, Reached>> = {
  0: { file: 'test/integration/demo/happy.test.ts', test: 'both end well' },
  1: { file: WHOLE, test: '1: a bug of voltana' },
  2: { file: 'test/integration/demo/refused.test.ts', test: 'voltana refuses what it cannot do' },
  3: { file: 'test/integration/demo/refused.test.ts', test: 'a taken --gateway-port' },
  4: { file: WHOLE, test: '4: another controller holds the clocks' },
  5: { file: 'test/integration/demo/ending.test.ts', test: 'that dies in a run: 5' },
  6: { file: WHOLE, test: '6: a client that could not keep its schedule' },
  7: { file: WHOLE, test: '7: an engine that stalls in the second run' },
  99: { file: 'test/integration/commands/bench.test.ts', test: '99: --from asks for the very same work' },
  130: { file: 'test/integration/demo/ending.test.ts', test: 'Ctrl-C while the instances start: 130' },
  143: { file: 'test/integration/demo/ending.test.ts', test: 'SIGTERM while it profiles: 143' },
};

const BENCH: Readonly<Record<string, readonly string[]>> = {
  bench: ["it('0: ", "it('6: ", "it('7: ", "it('99: "],
  'bench-refused': ['[2, ', '[3, ', '[5, '],
  'bench-cut': ["it('130: ", "it('143: ", "it('5: ", "it('6: "],
};

/** What a command of test/fixtures/cli, which has some on purpose, ends with, and what it says. */
const ended = async (...argv: string[]): Promise<{ readonly exit: number; readonly said: string }> => {
  const write = process.stderr.write.bind(process.stderr);
  let said = '';
  process.stderr.write = (text: string | Uint8Array) => {
    said += String(text);
    return true;
  };
  try {
    return { exit: await cli(argv, new URL('../../fixtures/cli/package.json', import.meta.url).href), said };
  } finally {
    process.stderr.write = write;
  }
};

const exitOf = async (work: Promise<unknown>): Promise<number> =>
  work.then(
    () => EXIT.done,
    (error: unknown) => describeFailure(error, false).exitCode,
  );

describe('exit codes', () => {
  for (const [code, reached] of Object.entries(REACHED)) {
    it(`${code} is reached by a test`, () => {
      expect(Object.values(EXIT).map(String)).to.include(code);
      expect(readFileSync(reached.file, 'utf8')).to.include(reached.test);
    });
  }

  it('99 is only of a threshold: bench takes them, and no error ends with it', () => {
    const taking = Object.entries(commands).filter(([, command]) => 'threshold' in ((command.flags as object | undefined) ?? {}));
    expect(taking.map(([name]) => name)).to.deep.equal(['bench']);
    expect(Object.values(ERRORS).map(({ exitCode }) => exitCode)).not.to.include(EXIT.threshold);
  });

  it('bench reaches each code that it can, by tests of its own', () => {
    for (const [file, codes] of Object.entries(BENCH)) {
      const text = readFileSync(`test/integration/commands/${file}.test.ts`, 'utf8');
      for (const said of codes) expect(text, file).to.include(said);
    }
  });

  it('a plain Error of a command ends with 1: its stack, and a line that asks for a report', async () => {
    const { exit, said } = await ended('crash');
    expect(exit).to.equal(EXIT.bug);
    expect(said)
      .to.match(/TypeError: a bug on purpose\n {4}at /)
      .and.match(/\nerror: voltana failed unexpectedly\. Please report this/);
  });

  it('clocks that another controller holds end with 4', async () => {
    const node = await startNode('decode');
    const controllers = [createEmulatedClocks([node.instance], realTime()), createEmulatedClocks([node.instance], realTime())];
    try {
      await controllers[0]!.driver.acquire(node.instance.id, 'first', 10_000);
      expect(await exitOf(controllers[1]!.driver.acquire(node.instance.id, 'second', 10_000))).to.equal(EXIT.permission);
    } finally {
      await Promise.all(controllers.map((clocks) => clocks.close()));
      await node.close();
    }
  });

  it('a measurement without a valid point ends with 6', async () => {
    const points = profile.points.map((point) => ({ ...point, valid: false, reasons: ['the clock moved'] }));
    expect(await exitOf(Promise.resolve({ ...profile, points }).then((damaged) => fitProfile(damaged, null)))).to.equal(EXIT.invalid);
  });

  it('a comparison that got worse ends with 7', async () => {
    expect(comparison(candidateRun(), baselineRun()).verdict).to.equal('regressed');
    expect(await ended('exits', String(EXIT.regression))).to.deep.equal({ exit: EXIT.regression, said: '' });
  });
});
