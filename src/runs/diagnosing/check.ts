import type { Check, CheckGroup } from '../../domain/diagnosis.ts';
import { VoltanaError } from '../../domain/errors.ts';

/** `GROUP.NAME` of a check. */
export type CheckId = `${CheckGroup}.${string}`;

const groupOf = (id: CheckId): CheckGroup => id.split('.')[0] as CheckGroup;
const made = (id: CheckId, status: Check['status'], finding: string, fix: string | null, exitCode: Check['exitCode'] = 0): Check => ({
  id,
  group: groupOf(id),
  status,
  finding,
  fix,
  exitCode,
});

export const ok = (id: CheckId, finding: string): Check => made(id, 'ok', finding, null);
export const skipped = (id: CheckId, finding: string): Check => made(id, 'skipped', finding, null);
export const warning = (id: CheckId, finding: string, fix: string): Check => made(id, 'warning', finding, fix);

/** @param blame 3: the environment is not ready; 4: no permission to set clocks; 5: an engine or device failed */
export const failure = (id: CheckId, finding: string, fix: string, blame: 3 | 4 | 5): Check => made(id, 'failure', finding, fix, blame);

const blameOf = ({ exitCode }: VoltanaError): 3 | 4 | 5 => (exitCode === 4 || exitCode === 5 ? exitCode : 3);

const sentence = (text: string): string => text.replace(/[.\s]+$/, '');

/** What an error of ours says, as a failure. Another one is a bug, and passes. */
export function failureOf(id: CheckId, error: unknown): Check {
  if (!(error instanceof VoltanaError)) throw error;
  return failure(id, sentence(error.message), error.hint, blameOf(error));
}

/** The same where it is no more than a warning. */
export function warningOf(id: CheckId, error: unknown): Check {
  const { finding, fix } = failureOf(id, error);
  return warning(id, finding, fix ?? '');
}

/** Calls a check; an error of ours becomes its finding. */
export const attempt = (id: CheckId, work: () => Promise<Check>): Promise<Check> => work().catch((error: unknown) => failureOf(id, error));
