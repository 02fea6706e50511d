import { ERRORS, VoltanaError, type ErrorCode } from '../../domain/errors.ts';

/** What is left of an error between threads: classes and fields of its own do not travel. */
export interface SentError {
  /** Of a VoltanaError; null for any other. */
  readonly code: string | null;
  readonly name: string;
  readonly message: string;
  readonly hint: string;
  readonly stack: string;
}

/** What a thread answers to a task. */
export type TaskReply<Result> = { readonly result: Result } | { readonly error: SentError };

function sent(thrown: unknown): SentError {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const { name, message, stack = '' } = error;
  const [code, hint] = error instanceof VoltanaError ? [error.code, error.hint] : [null, ''];
  return { code, name, message, hint, stack };
}

/** Does tasks in a thread, and tells what it threw. */
export const answering =
  <Task, Result>(work: (task: Task) => Result) =>
  (task: Task): TaskReply<Result> => {
    try {
      return { result: work(task) };
    } catch (error) {
      return { error: sent(error) };
    }
  };

const isCode = (code: string | null): code is ErrorCode => code !== null && code in ERRORS;

function received({ code, name, message, hint, stack }: SentError): Error {
  const error = isCode(code) ? new VoltanaError(code, message, { hint }) : new Error(message);
  // Where it happened, not where it was heard of.
  return Object.assign(error, { name, stack });
}

/** @throws what the task threw */
export function resultOf<Result>(reply: TaskReply<Result>): Result {
  if ('error' in reply) throw received(reply.error);
  return reply.result;
}
