import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { cli } from '../../../bin/cli.ts';
import { describeFailure } from '../../../bin/failure.ts';
import { EXIT, type ExitCode } from '../../../src/domain/exit-codes.ts';
import { commands } from '../../../commands/index.ts';

interface Reached {
  readonly file: string;
  /** Text of that file: the test that ends a process, or `cli`, with the code. */
  readonly test: string;
}

const THIS = 'test/unit/bin/exit-codes.test.ts';

/** For each code the test that reaches it. */
const REACHED: Readonly<Record<ExitCode, Reached | 'no command yet'>> = {
  0: { file: 'test/integration/demo/happy.test.ts', test: 'both end well' },
  1: { file: THIS, test: 'a plain Error of a command ends with 1' },
  2: { file: 'test/integration/demo/refused.test.ts', test: 'voltana refuses what it cannot do' },
  3: { file: 'test/integration/demo/refused.test.ts', test: 'a taken --gateway-port' },
  4: { file: THIS, test: 'clocks that another controller holds end with 4' },
  5: { file: 'test/integration/demo/ending.test.ts', test: 'that dies in a run: 5' },
  6: { file: THIS, test: 'an exit that a command asks for: 6 and 7' },
  7: { file: THIS, test: 'an exit that a command asks for: 6 and 7' },
  // Thresholds come with `voltana bench`: the code is promised already.
  99: 'no command yet',
  130: { file: 'test/integration/demo/ending.test.ts', test: 'Ctrl-C while the instances start: 130' },
  143: { file: 'test/integration/demo/ending.test.ts', test: 'SIGTERM while it profiles: 143' },
};
