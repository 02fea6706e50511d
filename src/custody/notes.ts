import type { AuditEntry } from '../domain/custody.ts';

const MOST_WARNINGS = 20;

/** What is written down of all that happens: the audit log, and the newest warnings for whoever asks for the status. */
export class Notes {
  readonly #audit: (entry: AuditEntry) => void;
  readonly #wallMs: () => number;
  readonly #warnings: string[] = [];

  constructor(audit: (entry: AuditEntry) => void, wallMs: () => number) {
    this.#audit = audit;
    this.#wallMs = wallMs;
  }

  audit(entry: Omit<AuditEntry, 'at'>): void {
    this.#audit({ at: new Date(this.#wallMs()).toISOString(), ...entry });
  }

  warn(text: string): void {
    const known = this.#warnings.indexOf(text);
    if (known >= 0) this.#warnings.splice(known, 1);
    this.#warnings.push(text);
    if (this.#warnings.length > MOST_WARNINGS) this.#warnings.shift();
  }

  /** The newest last. */
  get warnings(): readonly string[] {
    return [...this.#warnings];
  }
}

/** Who acts where nobody asked. */
export const ITSELF = 'agent';
