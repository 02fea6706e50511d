import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

const { EVENT_RUN_END } = Mocha.Runner.constants;
/** After the last test the event loop must run empty; what is left then would hang a CI job. */
const LEAK_LIMIT_MS = 5000;

/** The usual tree, and the three counts in the file that TEST_COUNTS_FILE names: `npm test` prints them last. */
export default class Reporter extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once(EVENT_RUN_END, () => this.finish());
  }

  finish() {
    const { passes, failures, pending } = this.stats;
    this.save(passes, failures, pending);
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
