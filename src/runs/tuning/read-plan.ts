import { VoltanaError } from '../../domain/errors.ts';
import type { TuneRequest } from './request.ts';

/** The first line of a search's journal: enough to ask for the same again, and to see whether it still means the same. */
export interface JournalPlan {
  readonly request: TuneRequest;
  /** Digest of all that its evaluations depend on, voltana's version included. */
  readonly ground: string;
}

const isPlain = (value: unknown): boolean =>
  ['string', 'number'].includes(typeof value) || (Array.isArray(value) && value.every((one) => typeof one === 'string'));

/** @param run as it was named @throws VoltanaError BAD_VALUE for a run of another command, FILE_MALFORMED */
export function readJournalPlan(plan: object, run: string): JournalPlan {
  const { request, ground } = plan as Partial<Record<keyof JournalPlan, unknown>>;
  if (typeof ground !== 'string' || typeof request !== 'object' || request === null)
    throw new VoltanaError('BAD_VALUE', `run ${run} is no search`, {
      hint: '`voltana runs list` says what made each run; name one of `voltana tune`.',
    });
  const fields = request as Readonly<Record<string, unknown>>;
  const wrong = Object.keys(fields).find((key) => !isPlain(fields[key]));
  if (wrong === undefined && typeof fields['seed'] === 'number') return { request: request as TuneRequest, ground };
  throw new VoltanaError('FILE_MALFORMED', `the journal of run ${run}: its "request.${wrong ?? 'seed'}" is not as it was written`, {
    hint: 'It was changed or damaged: begin the search anew.',
  });
}
