import { EXIT, type ExitCode } from './exit-codes.ts';

export type ErrorKind = 'user' | 'environment' | 'external' | 'bug' | 'signal';

export interface CatalogueEntry {
  readonly kind: ErrorKind;
  readonly exitCode: ExitCode;
  /** The next step when the thrower has no better one. */
  readonly hint: string;
}

/** Every error that voltana reports. An entry without a next step does not compile. */
export const ERRORS = {
  BAD_FLAG: { kind: 'user', exitCode: EXIT.usage, hint: 'Run the command with --help to see its flags.' },
  BAD_VALUE: { kind: 'user', exitCode: EXIT.usage, hint: 'Correct the value and run again.' },
  UNKNOWN_ID: { kind: 'user', exitCode: EXIT.usage, hint: 'Use one of the ids listed.' },
  UNKNOWN_KEY: { kind: 'user', exitCode: EXIT.usage, hint: 'Remove the key or correct its name.' },
  FILE_UNREADABLE: { kind: 'user', exitCode: EXIT.usage, hint: 'Check the path and its permissions.' },
  FILE_MALFORMED: { kind: 'user', exitCode: EXIT.usage, hint: 'Correct the file at the place named.' },
  FILE_UNWRITABLE: { kind: 'environment', exitCode: EXIT.environment, hint: 'Check the folder, its permissions and the free space.' },
  CLOCK_OUTSIDE_CARD: { kind: 'user', exitCode: EXIT.usage, hint: 'Choose a clock that the GPU card lists.' },
  DOES_NOT_FIT: { kind: 'user', exitCode: EXIT.usage, hint: 'Use fewer or shorter requests, or more GPUs per instance.' },
  PORT_TAKEN: {
    kind: 'environment',
    exitCode: EXIT.environment,
    hint: 'Stop what listens there, choose another port, or leave the port out to get a free one.',
  },
  PROCESS_FAILED: { kind: 'external', exitCode: EXIT.cluster, hint: 'Run again; with --verbose it shows the log of every process.' },
  ENGINE_FAILED: { kind: 'external', exitCode: EXIT.cluster, hint: 'Check the engine at the URL named, then run again.' },
  NO_ADAPTER: {
    kind: 'environment',
    exitCode: EXIT.environment,
    hint: 'Use a cluster file that names each engine by its url, with launcher.kind: attach.',
  },
  PROGRAM_MISSING: {
    kind: 'environment',
    exitCode: EXIT.environment,
    hint: 'Install the program named where it is to run, put it on the PATH there, or name another with engine.command.',
  },
  NO_INSTANCE: {
    kind: 'external',
    exitCode: EXIT.cluster,
    hint: 'Every instance of a role is failing or gone: look at their logs; requests are taken again as soon as one answers.',
  },
  LEASE_HELD: { kind: 'external', exitCode: EXIT.permission, hint: 'Another controller holds these clocks; stop it first.' },
  LEASE_LOST: { kind: 'external', exitCode: EXIT.permission, hint: 'The lease expired or another controller took it; start again.' },
  NO_DRIVER: {
    kind: 'environment',
    exitCode: EXIT.environment,
    hint: 'Install the driver of the devices named, or run where they are; voltana doctor tells what is missing.',
  },
  NOT_PERMITTED: {
    kind: 'external',
    exitCode: EXIT.permission,
    hint: 'Let the agent set clocks, as root: sudo voltana agent; nobody else needs to be root.',
  },
  NOT_SUPPORTED: {
    kind: 'environment',
    exitCode: EXIT.environment,
    hint: 'This device or its driver cannot do that; voltana doctor tells what it can.',
  },
  DEVICE_LOST: {
    kind: 'external',
    exitCode: EXIT.cluster,
    hint: 'Look at the kernel log (dmesg), reset the device or reboot; clocks are restored when it is back.',
  },
  DEVICE_FAILED: { kind: 'external', exitCode: EXIT.cluster, hint: 'Look at the kernel log (dmesg), then run voltana doctor.' },
  DEVICE_SHARED: {
    kind: 'external',
    exitCode: EXIT.permission,
    hint: 'Give each clock domain whole GPUs of its own, or name all processes on them as its own.',
  },
  MANAGED_ELSEWHERE: {
    kind: 'external',
    exitCode: EXIT.permission,
    hint: 'Let one of the two set the clocks: stop the other manager, or leave these GPUs out of the agent.',
  },
  CLOCK_REFUSED: {
    kind: 'external',
    exitCode: EXIT.permission,
    hint: "Stay within the bounds of the agent's configuration, or have its operator change them.",
  },
  DRAINING: {
    kind: 'external',
    exitCode: EXIT.permission,
    hint: 'The operator has drained this agent: voltana clocks restore --resume lets it go on.',
  },
  JOURNAL_FAILED: {
    kind: 'environment',
    exitCode: EXIT.environment,
    hint: 'Check the folder of the journal, its permissions and the free space: nothing is locked that cannot be written down.',
  },
  NO_AGENT: {
    kind: 'environment',
    exitCode: EXIT.environment,
    hint: 'Start it on that node (sudo voltana agent), or name its right address with control.agents or --agent.',
  },
  NO_GATEWAY: {
    kind: 'environment',
    exitCode: EXIT.environment,
    hint: 'Look whether voltana serve runs there, and give the address that it printed.',
  },
  AGENT_BUSY: {
    kind: 'environment',
    exitCode: EXIT.environment,
    hint: 'Ask again in a few seconds, with fewer questions at a time; after many wrong tokens the agent waits before it looks at the next.',
  },
  METER_FAILED: {
    kind: 'environment',
    exitCode: EXIT.environment,
    hint: 'Check that the wall meter answers at the place named, or leave --wall-meter out.',
  },
  LOCK_FAILED: {
    kind: 'external',
    exitCode: EXIT.permission,
    hint: 'Locking clocks needs privileges that this process lacks; what was measured before is kept.',
  },
  MEASUREMENT_INVALID: { kind: 'external', exitCode: EXIT.invalid, hint: 'Run again on a quieter machine.' },
  INTERRUPTED: { kind: 'signal', exitCode: EXIT.interrupted, hint: 'Run the same command to start again.' },
  TERMINATED: { kind: 'signal', exitCode: EXIT.terminated, hint: 'Run the same command to start again.' },
  OUTPUT_CLOSED: {
    kind: 'signal',
    exitCode: EXIT.terminated,
    hint: 'Whoever read the output went away; keep it open, or write to a file.',
  },
  BUG: { kind: 'bug', exitCode: EXIT.bug, hint: 'Please report this with the command line and the output of --verbose.' },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof ERRORS;

/** The one error type: what went wrong, what to do next, and how the process ends. */
export class VoltanaError extends Error {
  readonly code: ErrorCode;
  readonly kind: ErrorKind;
  readonly hint: string;
  readonly exitCode: ExitCode;

  constructor(code: ErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'VoltanaError';
    this.code = code;
    this.kind = ERRORS[code].kind;
    this.hint = options.hint ?? ERRORS[code].hint;
    this.exitCode = ERRORS[code].exitCode;
  }
}
