import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

const { EVENT_RUN_END } = Mocha.Runner.constants;
/** After the last test the event loop must run empty; what is left then would hang a CI job. */
const LEAK_LIMIT_MS = 5000;

const firstLine = (text) => text.split('\n', 1)[0];

/**
 * The usual tree, the three counts in the file that TEST_COUNTS_FILE names (`npm test` prints them last), and a line for each test that
 * failed: `.ci/run` repeats them at its end, where whoever sees only the end of a log looks.
 */
export default class Reporter extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once(EVENT_RUN_END, () => this.finish());
  }

  finish() {
    const { passes, failures, pending } = this.stats;
    this.save(passes, failures, pending);
    for (const test of this.failures) process.stdout.write(`failed: ${test.fullTitle()}: ${firstLine(String(test.err?.message ?? ''))}\n`);
    const timer = setTimeout(() => {
      process.stderr.write(`Something is still open after the last test: ${process.getActiveResourcesInfo().join(', ')}\n`);
      this.save(passes, failures + 1, pending);
      process.exit(1);
    }, LEAK_LIMIT_MS);
    timer.unref();
  }

  save(passed, failed, skipped) {
    const file = process.env.TEST_COUNTS_FILE;
    if (file) writeFileSync(file, JSON.stringify({ passed, failed, skipped }));
  }
}
