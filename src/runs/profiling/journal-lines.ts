import { parseJson } from '../../config/json-text.ts';
import { VoltanaError } from '../../domain/errors.ts';
import type { IdlePower, ProfileDocument, RecordedPoint, Provenance } from '../../domain/profile.ts';
import type { ProcessId } from '../../ports/processes.ts';
import { validateProfile } from '../../schemas/compiled/validators.js';
import type { ProfileGround } from './ground.ts';
import type { ProfileOptions } from './options.ts';
import { provenanceOf } from './provenance.ts';
import { STAND_IN_MHZ } from './unseen.ts';

/** What a journal belongs to: points of another deployment or plan are no part of it. */
export interface JournalHeader {
  readonly kind: 'profile-journal';
  readonly schemaVersion: 1;
  /** Who writes it, or wrote it last. */
  readonly writer?: ProcessId;
  readonly provenance: Provenance;
  readonly plan: {
    readonly instances: readonly string[];
    readonly clocksMhz: readonly number[];
    readonly gridClocksMhz: readonly number[];
    readonly seed: number;
    readonly virtualTime: boolean;
  };
}

/** `gpuSeconds`: spent so far on the instance. */
type Entry = { readonly gpuSeconds: number } & ({ readonly point: RecordedPoint } | { readonly idle: IdlePower });

export interface ParsedJournal {
  readonly points: readonly RecordedPoint[];
  readonly idle: readonly IdlePower[];
  readonly gpuSeconds: ReadonlyMap<string, number>;
  /** Of its entries, each with its end of line. */
  readonly lines: readonly string[];
}

export const EMPTY_JOURNAL: ParsedJournal = { points: [], idle: [], gpuSeconds: new Map(), lines: [] };

const driven = (clocksMhz: readonly number[]): number[] => clocksMhz.filter((mhz) => mhz !== STAND_IN_MHZ);

export const journalHeader = (profile: ProfileOptions | ProfileGround): JournalHeader => ({
  kind: 'profile-journal',
  schemaVersion: 1,
  provenance: 'provenance' in profile ? profile.provenance : provenanceOf(profile),
  plan: {
    instances: profile.instances.map(({ id }) => id),
    clocksMhz: driven(profile.clocksMhz),
    gridClocksMhz: driven(profile.gridClocksMhz),
    seed: profile.seed,
    virtualTime: profile.virtualTime,
  },
});

export const lineOf = (value: JournalHeader | Entry): string => `${JSON.stringify(value)}\n`;

const malformed = (file: string, line: number, why: string): VoltanaError =>
  new VoltanaError('FILE_MALFORMED', `${file}: line ${line} ${why}`, { hint: 'Remove the line, or start anew without --resume.' });

function headerOf(line: string, file: string): JournalHeader {
  let value: unknown = null;
  try {
    value = parseJson(line);
  } catch {
    // Said below, like everything else that is no header.
  }
  const header = (typeof value === 'object' && value !== null ? value : {}) as Partial<JournalHeader>;
  const whole = header.kind === 'profile-journal' && header.schemaVersion === 1 && header.provenance && header.plan;
  if (whole) return header as JournalHeader;
  throw new VoltanaError('FILE_MALFORMED', `${file}: this is no journal of a profile`, {
    hint: 'Give the .journal.jsonl file that an interrupted `voltana profile` has named.',
  });
}

/** Null where it names none, or is no journal. */
export function writerOf(text: string): ProcessId | null {
  try {
    const { pid, startedAt } = headerOf(text.split('\n', 1)[0]!, '').writer ?? {};
    return Number.isSafeInteger(pid) && pid! > 0 && typeof startedAt === 'string' ? { pid: pid!, startedAt } : null;
  } catch {
    return null;
  }
}

/** The rest of a document, so that the schema of documents says what is right in a journal too. */
const REST: Omit<ProfileDocument, 'points' | 'idle' | 'gpuSeconds' | 'provenance'> = {
  schemaVersion: 1,
  kind: 'profile',
  voltana: '0',
  createdAt: '2000-01-01T00:00:00Z',
  seed: 0,
  argv: [],
  environment: { node: '', platform: '', arch: '', cpus: 1 },
  evidence: 'emulated',
};

/** Null for what is no entry. */
function entryOf(line: string, provenance: Provenance): Entry | null {
  try {
    const value = parseJson(line) as Partial<{ point: unknown; idle: unknown; gpuSeconds: unknown }> | null;
    const points = value?.point === undefined ? [] : [value.point];
    const idle = value?.idle === undefined ? [] : [value.idle];
    const valid = validateProfile({ ...REST, provenance, points, idle, gpuSeconds: value?.gpuSeconds });
    return valid && points.length + idle.length === 1 ? (value as Entry) : null;
  } catch {
    return null;
  }
}

/**
 * Reads a journal back. A last line that is not whole, as a machine that lost power leaves it, is dropped.
 * @throws VoltanaError FILE_MALFORMED for anything else that is not right
 */
export function parseJournal(text: string, file: string): ParsedJournal & { readonly header: JournalHeader; readonly torn: boolean } {
  const lines = text.split('\n');
  const rest = lines.pop()!;
  const header = headerOf(lines[0] ?? rest, file);
  const entries: Entry[] = [];
  let torn = rest.trim() !== '';
  lines.slice(1).forEach((line, i, all) => {
    const entry = entryOf(line, header.provenance);
    if (entry) entries.push(entry);
    else if (i === all.length - 1) torn = true;
    else throw malformed(file, i + 2, 'is no measured point');
  });
  const gpuSeconds = new Map(entries.map((entry) => [('point' in entry ? entry.point : entry.idle).instance, entry.gpuSeconds]));
  return {
    header,
    torn,
    points: entries.flatMap((entry) => ('point' in entry ? [entry.point] : [])),
    idle: entries.flatMap((entry) => ('idle' in entry ? [entry.idle] : [])),
    gpuSeconds,
    lines: entries.map((entry) => lineOf(entry)),
  };
}
