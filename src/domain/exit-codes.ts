/** Every way in which a voltana process may end. CI jobs rely on these; they only ever get additions. */
export const EXIT = {
  /** Done. */
  done: 0,
  /** A bug in voltana. */
  bug: 1,
  /** Wrong usage or configuration. */
  usage: 2,
  /** Environment not ready: no driver, port taken, engine missing. */
  environment: 3,
  /** No permission to set clocks. */
  permission: 4,
  /** An engine or the cluster failed. */
  cluster: 5,
  /** The measurement is not valid; the document is still written. */
  invalid: 6,
  /** Regression against the baseline. */
  regression: 7,
  /** A threshold failed. */
  threshold: 99,
  /** Interrupted (SIGINT); partial results kept. */
  interrupted: 130,
  /** Terminated (SIGTERM); partial results kept. */
  terminated: 143,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
