import { VoltanaError } from '../../domain/errors.ts';
import type { JournalHeader } from './journal-lines.ts';

const another = (file: string, what: string): VoltanaError =>
  new VoltanaError('BAD_VALUE', `${file} is the journal of another profile: ${what}`, {
    hint: 'Repeat the command line that it was made with, or start anew without --resume.',
  });

const differs = (what: string, theirs: unknown, ours: unknown): string =>
  `its ${what} is ${JSON.stringify(theirs) ?? 'not known'}, here it is ${JSON.stringify(ours)}`;

/** `engine sglang-like chunk 4096 ...` -> what is said of the engine, by its first word. */
const partsOf = (fingerprint: string): Map<string, string> =>
  new Map(fingerprint.split('; ').map((part) => [part.split(' ', 1)[0]!, part.slice(part.indexOf(' ') + 1)]));

/** A fingerprint is long: only its parts that differ are told. */
function fingerprintDiffers(theirs: string, ours: string): string {
  const [left, right] = [partsOf(theirs), partsOf(ours)];
  const names = [...new Set([...left.keys(), ...right.keys()])].filter((name) => left.get(name) !== right.get(name));
  return `its fingerprint is of ${names.map((name) => `${name} ${left.get(name) ?? 'unknown'}, here ${right.get(name) ?? 'none'}`).join('; ')}`;
}

/** @throws VoltanaError BAD_VALUE that names the first difference */
export function checkSame(file: string, journal: JournalHeader, ours: JournalHeader): void {
  const [left, right] = [journal.provenance, ours.provenance];
  if (left.cluster !== right.cluster) throw another(file, differs('cluster', left.cluster, right.cluster));
  if (left.fingerprint !== right.fingerprint) throw another(file, fingerprintDiffers(String(left.fingerprint), right.fingerprint));
  const { virtualTime, ...plan } = ours.plan;
  if ((journal.plan.virtualTime ?? false) !== virtualTime) {
    throw another(file, `it was made ${virtualTime ? 'without' : 'with'} --virtual-time`);
  }
  for (const [key, value] of Object.entries(plan)) {
    const theirs = journal.plan[key as keyof JournalHeader['plan']];
    if (JSON.stringify(theirs) !== JSON.stringify(value)) throw another(file, differs(key, theirs, value));
  }
}
