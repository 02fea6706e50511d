import { VoltanaError } from './errors.ts';

/** An engine that is well, and does not take this very request: too long for it, most often. Smaller ones it may take. */
export class EngineRefusal extends VoltanaError {
  constructor(message: string) {
    super('ENGINE_FAILED', message);
  }
}

/** The refusal behind an error, however often it was passed on; null where there is none. */
export function refusalIn(error: unknown): EngineRefusal | null {
  for (let cause = error; cause instanceof Error; cause = cause.cause) if (cause instanceof EngineRefusal) return cause;
  return null;
}
