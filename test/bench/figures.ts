import { headerFields } from '../../src/adapters/host/document-header.ts';
import { EXIT } from '../../src/domain/exit-codes.ts';
import { documentHeader } from '../../src/telemetry/document-header.ts';

/** One benchmarked number. `limit` is text such as ">= 30", or "none" for a figure that stands beside another one. */
export interface Figure {
  readonly name: string;
  /** Null where something was missing that it takes: `reason` says what. */
  readonly value: number | null;
  readonly reason?: string;
  readonly unit: string;
  readonly limit: string;
  readonly ok: boolean;
  /** Samples behind the value. */
  readonly n: number;
  readonly command: string;
}

const LIMIT = /^(<=|>=) (-?\d+(\.\d+)?)$/;

export const keeps = (value: number, limit: string): boolean => {
  if (limit === 'none') return true;
  const [, sign, bound] = LIMIT.exec(limit) ?? [];
  if (bound === undefined) throw new Error(`not a limit: ${limit}`);
  return sign === '<=' ? value <= Number(bound) : value >= Number(bound);
};

/** Makes figures of one benchmark, which all come from the same command. */
export const figureMaker =
  (command: string) =>
  (name: string, value: number, unit: string, limit: string, n: number): Figure => ({
    name,
    value,
    unit,
    limit,
    ok: keeps(value, limit),
    n,
    command,
  });

const row = ({ name, value, unit, limit, ok, n, reason }: Figure): string =>
  value === null
    ? `none ${name.padEnd(64)} ${reason}`
    : `${ok ? 'ok  ' : 'FAIL'} ${name.padEnd(64)} ${value.toFixed(3).padStart(10)} ${unit.padEnd(8)} ${limit.padEnd(9)} n=${n}`;

const EVIDENCE = { simulated: 'emulated', measured: 'measured', modelled: 'validated' } as const;

interface Options {
  readonly json: boolean;
  /** On virtual time, with a clock on the wall, or the model's answers beside measurements of others. */
  readonly mode: keyof typeof EVIDENCE;
  readonly seed: number;
}

/** One JSON document on stdout, or a table; a missed limit ends in the contract's exit code. */
export const report = (title: string, figures: readonly Figure[], options: Options): void => {
  const header = documentHeader('benchmark', {
    ...headerFields(process.argv.slice(2), options.seed),
    evidence: EVIDENCE[options.mode],
  });
  const text = options.json
    ? JSON.stringify({ ...header, mode: options.mode, figures }, null, 2)
    : [`${title} (${options.mode})`, ...figures.map(row)].join('\n');
  process.stdout.write(`${text}\n`);
  if (figures.some(({ ok }) => !ok)) process.exitCode = EXIT.threshold;
};
