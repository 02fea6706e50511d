import type { AuditEntry, LiveFault } from '../../domain/live-tuning.ts';
import type { GuardOptions } from './options.ts';

/** A fault that stands, or was seen a short time ago. */
interface Standing {
  readonly fault: LiveFault;
  seenMs: number;
  /** How long it must have been gone. */
  clearMs: number;
  /** When it was believed to be gone; null while it stands. */
  goneMs: number | null;
}

/** These do not pass: another profile takes another guard. */
const FOR_GOOD: ReadonlySet<LiveFault['kind']> = new Set(['profile-mismatch']);
/** Bounds memory, whatever names faults come with. */
const MOST_REMEMBERED = 1024;

const keyOf = ({ kind, domain }: LiveFault): string => `${kind}/${domain ?? ''}`;
const whereOf = ({ domain }: LiveFault): string => (domain === null ? 'everywhere' : `on ${domain}`);

/** What makes the known doubtful, from its first sight until it has been gone for a while: longer each time that it comes back. */
export class FaultBook {
  readonly #clearMs: number;
  readonly #mostClearMs: number;
  readonly #forgetMs: number;
  readonly #book = new Map<string, Standing>();
  /** Domains with a fault of their own. */
  #domains = new Set<string>();
  #mismatched = new Set<string>();
  #everywhere: LiveFault | null = null;

  constructor({ clearS, mostHoldS, forgetS }: GuardOptions) {
    this.#clearMs = clearS * 1000;
    this.#mostClearMs = Math.max(mostHoldS, clearS) * 1000;
    this.#forgetMs = forgetS * 1000;
  }

  /** @returns what is new: faults that came, and faults that are believed to be gone */
  see(faults: readonly LiveFault[], present: (domain: string) => boolean, nowMs: number): AuditEntry[] {
    if (faults.length === 0 && this.#book.size === 0) return [];
    const audit = faults.flatMap((fault) => this.#note(fault, nowMs));
    for (const [key, standing] of this.#book) audit.push(...this.#pass(key, standing, present, nowMs));
    if (audit.length > 0) this.#index();
    return audit;
  }

  /** A fault that concerns every domain. */
  get everywhere(): LiveFault | null {
    return this.#everywhere;
  }

  faulty(domain: string): boolean {
    return this.#everywhere !== null || this.#domains.has(domain);
  }

  /** Never to be governed. */
  mismatched(domain: string): boolean {
    return this.#mismatched.has(domain);
  }

  /** Faults that can pass. */
  get passing(): readonly LiveFault[] {
    return [...this.#book.values()].filter(({ fault, goneMs }) => goneMs === null && !FOR_GOOD.has(fault.kind)).map(({ fault }) => fault);
  }

  #note(fault: LiveFault, nowMs: number): AuditEntry[] {
    const known = this.#book.get(keyOf(fault));
    if (known && known.goneMs === null) {
      known.seenMs = nowMs;
      return [];
    }
    const clearMs = known ? Math.min(2 * known.clearMs, this.#mostClearMs) : this.#clearMs;
    this.#book.delete(keyOf(fault));
    this.#book.set(keyOf(fault), { fault, seenMs: nowMs, clearMs, goneMs: null });
    const { kind, domain, text } = fault;
    const entry = `${kind} ${whereOf(fault)}: highest clock until it has been gone for ${clearMs / 1000} s; ${text}`;
    const forGood = `${kind} ${whereOf(fault)}: highest clock, never governed; ${text}`;
    return [{ atMs: nowMs, event: 'fault', text: FOR_GOOD.has(kind) ? forGood : entry, figures: { kind, domain, clearS: clearMs / 1000 } }];
  }

  #pass(key: string, standing: Standing, present: (domain: string) => boolean, nowMs: number): AuditEntry[] {
    const { fault, seenMs, clearMs, goneMs } = standing;
    const { kind, domain } = fault;
    const left = domain !== null && !present(domain);
    if (goneMs !== null) {
      if (left || nowMs - goneMs >= this.#forgetMs || this.#book.size > MOST_REMEMBERED) this.#book.delete(key);
      return [];
    }
    if (seenMs === nowMs || (!left && (FOR_GOOD.has(kind) || nowMs - seenMs < clearMs))) return [];
    standing.goneMs = nowMs;
    const text = left ? `${kind} ${whereOf(fault)}: the domain left` : `${kind} ${whereOf(fault)}: gone for ${(nowMs - seenMs) / 1000} s`;
    return [{ atMs: nowMs, event: 'fault', text, figures: { kind, domain, goneS: (nowMs - seenMs) / 1000 } }];
  }

  #index(): void {
    const standing = [...this.#book.values()].filter(({ goneMs }) => goneMs === null).map(({ fault }) => fault);
    const ids = (faults: readonly LiveFault[]): Set<string> => new Set(faults.flatMap(({ domain }) => (domain === null ? [] : [domain])));
    this.#everywhere = standing.find(({ domain }) => domain === null) ?? null;
    this.#domains = ids(standing);
    this.#mismatched = ids(standing.filter(({ kind }) => FOR_GOOD.has(kind)));
  }
}
