import type { AuditEntry } from '../domain/custody.ts';

const MOST_WARNINGS = 20;
/** What was warned of so long ago is history: the audit log has it. */
const WARNED_MS = 15 * 60_000;
/** The same refusal of the same holder is written down once in so long: whoever asks every second must not drown what came before. */
const REFUSED_MS = 60_000;
const MOST_REFUSALS = 1000;

interface Warning {
  readonly text: string;
  readonly atMs: number;
}

/** What is written down of all that happens: the audit log, and the newest warnings for whoever asks for the status. */
export class Notes {
  readonly #audit: (entry: AuditEntry) => void;
  readonly #wallMs: () => number;
  readonly #refusals = new Map<string, number>();
  #warnings: Warning[] = [];

  constructor(audit: (entry: AuditEntry) => void, wallMs: () => number) {
    this.#audit = audit;
    this.#wallMs = wallMs;
  }

  audit(entry: Omit<AuditEntry, 'at'>): void {
    if (entry.verb === 'refuse' && this.#isRepeated(entry)) return;
    this.#audit({ at: new Date(this.#wallMs()).toISOString(), ...entry });
  }

  warn(text: string): void {
    this.#warnings = [...this.#warnings.filter((one) => one.text !== text), { text, atMs: this.#wallMs() }].slice(-MOST_WARNINGS);
  }

  /** The newest last, each with the moment at which it was last true. */
  get warnings(): readonly string[] {
    const nowMs = this.#wallMs();
    return this.#warnings
      .filter(({ atMs }) => Math.abs(nowMs - atMs) < WARNED_MS)
      .map(({ text, atMs }) => `${new Date(atMs).toISOString().slice(11, 19)}Z ${text}`);
  }

  #isRepeated({ identity, holder, domain, detail }: Omit<AuditEntry, 'at'>): boolean {
    const key = JSON.stringify([identity, holder, domain, detail]);
    const nowMs = this.#wallMs();
    const lastMs = this.#refusals.get(key) ?? -Infinity;
    if (Math.abs(nowMs - lastMs) < REFUSED_MS) return true;
    this.#refusals.delete(key);
    this.#refusals.set(key, nowMs);
    if (this.#refusals.size > MOST_REFUSALS) this.#refusals.delete(this.#refusals.keys().next().value!);
    return false;
  }
}

/** Who acts where nobody asked. */
export const ITSELF = 'agent';
