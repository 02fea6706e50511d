import type { RequestOutcome, WorkloadRequest } from '../domain/request.ts';

interface Entry {
  readonly request: WorkloadRequest;
  status: RequestOutcome['status'];
  firstTokenMs: number | null;
  lastTokenMs: number;
  endMs: number | null;
  outputTokens: number;
  readonly gapsMs: number[];
  error: string | null;
}

/** What each simulated client sees; times are ms since the start of the schedule. */
export class RequestLog {
  readonly #entries = new Map<string, Entry>();

  sent(request: WorkloadRequest): void {
    this.#entries.set(request.id, {
      request,
      status: 'unfinished',
      firstTokenMs: null,
      lastTokenMs: 0,
      endMs: null,
      outputTokens: 0,
      gapsMs: [],
      error: null,
    });
  }

  token(id: string, atMs: number): void {
    const entry = this.#entries.get(id);
    if (!entry) return;
    if (entry.firstTokenMs === null) entry.firstTokenMs = atMs;
    else entry.gapsMs.push(atMs - entry.lastTokenMs);
    entry.lastTokenMs = atMs;
    entry.outputTokens++;
  }

  ended(id: string, status: 'completed' | 'failed', atMs: number, error: string | null = null): void {
    const entry = this.#entries.get(id);
    if (!entry || entry.endMs !== null) return;
    Object.assign(entry, { status, endMs: atMs, error });
  }

  outcomes(): RequestOutcome[] {
    return [...this.#entries.values()].map(({ request, lastTokenMs: _, ...entry }) => ({
      id: request.id,
      intendedMs: request.arrivalMs,
      sentMs: request.arrivalMs,
      promptTokens: request.promptTokens,
      ...entry,
    }));
  }
}
