import { VoltanaError } from '../../domain/errors.ts';

/** What is wrong with a value, as "must be ..."; null when nothing is. */
export type Check = (value: unknown) => string | null;
export type Shape = Readonly<Record<string, Check>>;

const MOST_DEVICES = 64;
const MOST_PIDS = 1024;
const LONGEST_TEXT = 200;
const MOST_TTL_MS = 3_600_000;
const MOST_MHZ = 100_000;
const MOST_W = 100_000;
/** No control characters: texts go into the audit log and to terminals. */
const PRINTABLE = /^[^\u0000-\u001f\u007f-\u009f]+$/;

const isText = (value: unknown): boolean =>
  typeof value === 'string' && value.length > 0 && value.length <= LONGEST_TEXT && PRINTABLE.test(value);

const within =
  (least: number, most: number, whole = false): Check =>
  (value) =>
    typeof value === 'number' && value >= least && value <= most && (!whole || Number.isInteger(value))
      ? null
      : `a ${whole ? 'whole ' : ''}number from ${least} to ${most}`;

const listOf =
  (what: string, holds: (value: unknown) => boolean, least: number, most: number): Check =>
  (value) =>
    Array.isArray(value) && value.length >= least && value.length <= most && value.every(holds)
      ? null
      : `a list of ${least} to ${most} ${what}`;

export const text: Check = (value) => (isText(value) ? null : `a text of 1 to ${LONGEST_TEXT} printable characters`);
/** Whatever it is, the custodian tells whether it is the right one. */
export const key: Check = (value) =>
  typeof value === 'string' && value.length <= LONGEST_TEXT ? null : `a text of at most ${LONGEST_TEXT} characters`;
export const devices = listOf('texts that name devices', isText, 1, MOST_DEVICES);
export const anyDevices = listOf('texts that name devices', isText, 0, MOST_DEVICES);
export const ttlMs = within(1, MOST_TTL_MS);
export const token = within(0, Number.MAX_SAFE_INTEGER, true);
export const clockMhz = within(1, MOST_MHZ);
export const powerW = within(1, MOST_W);

const pidList = listOf('process ids', (pid) => Number.isSafeInteger(pid) && (pid as number) > 0, 0, MOST_PIDS);
/** May be left out. */
export const pids: Check = (value) => (value === undefined ? null : pidList(value));

const noKey = (key: string, shape: Shape): VoltanaError => {
  const keys = Object.keys(shape);
  return new VoltanaError('UNKNOWN_KEY', `unknown key ${JSON.stringify(key.slice(0, LONGEST_TEXT))} in the body`, {
    hint: keys.length === 0 ? 'Send an empty object.' : `The keys here are: ${keys.join(', ')}.`,
  });
};

/**
 * A body as the caller wrote it, if it has these keys and no others.
 * @throws VoltanaError BAD_VALUE or UNKNOWN_KEY
 */
export function checked(body: unknown, shape: Shape): Readonly<Record<string, unknown>> {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new VoltanaError('BAD_VALUE', 'the body must be a JSON object');
  const fields = body as Readonly<Record<string, unknown>>;
  for (const key in fields) if (!Object.hasOwn(shape, key)) throw noKey(key, shape);
  for (const key in shape) {
    const wrong = shape[key]!(fields[key]);
    if (wrong !== null) throw new VoltanaError('BAD_VALUE', `"${key}" must be ${wrong}`);
  }
  return fields;
}
