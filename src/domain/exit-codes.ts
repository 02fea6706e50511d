/** Every way in which a voltana process may end. CI jobs rely on these; they only ever get additions. */
export const EXIT = {
  done: 0,
  bug: 1,
  usage: 2,
  environment: 3,
  permission: 4,
  cluster: 5,
  invalid: 6,
  regression: 7,
  threshold: 99,
  interrupted: 130,
  terminated: 143,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What each of them means, in one sentence. */
export const EXIT_MEANINGS = {
  [EXIT.done]: 'Done.',
  [EXIT.bug]: 'A bug in voltana.',
  [EXIT.usage]: 'Wrong usage or configuration.',
  [EXIT.environment]: 'Environment not ready: no driver, port taken, engine missing, output not writable.',
  [EXIT.permission]: 'No permission to set clocks.',
  [EXIT.cluster]: 'An engine or the cluster failed.',
  [EXIT.invalid]: 'The measurement is not valid; the document is still written.',
  [EXIT.regression]: 'Regression against the baseline.',
  [EXIT.threshold]: 'A threshold failed.',
  [EXIT.interrupted]: 'Interrupted (SIGINT); partial results kept.',
  [EXIT.terminated]: 'Terminated (SIGTERM); partial results kept.',
} as const satisfies Readonly<Record<ExitCode, string>>;
