import type { EnergyReading } from '../../../domain/clock.ts';
import type { DomainWork } from '../../../domain/live-tuning.ts';
import type { TuningWork } from '../../../domain/tuning-orders.ts';
import type { DomainMembers } from './members.ts';

interface Marked {
  readonly energyJ: number;
  readonly tokens: number;
}

/** What came from an instance so far. */
export type TotalsOf = (instanceId: string) => { readonly promptTokens: number; readonly outputTokens: number };

/** Energy and tokens of each domain between two readings of its meter. */
export class WorkWatch {
  readonly #totals: TotalsOf;
  readonly #readings = new Map<string, EnergyReading>();
  readonly #marks = new Map<string, Marked>();
  readonly #sinceMs: number;
  #energyJ: number | null = null;
  #outputTokens = 0;

  constructor(totals: TotalsOf, nowMs: number) {
    this.#totals = totals;
    this.#sinceMs = nowMs;
  }

  /** @param energy the newest reading by domain */
  look(members: DomainMembers, energy: ReadonlyMap<string, EnergyReading>): DomainWork[] {
    const work: DomainWork[] = [];
    for (const [domain, reading] of energy) {
      if (this.#readings.get(domain) === reading || !members.has(domain)) continue;
      this.#readings.set(domain, reading);
      const mark: Marked = { energyJ: reading.energyJ, tokens: this.#tokens(members, domain) };
      const before = this.#marks.get(domain);
      this.#marks.set(domain, mark);
      if (before) work.push(...this.#between(domain, before, mark, members));
    }
    return work;
  }

  get total(): Omit<TuningWork, 'requests'> {
    return { sinceMs: this.#sinceMs, energyJ: this.#energyJ, outputTokens: this.#outputTokens };
  }

  /** A counter that fell has begun anew: what lies between is unknown. */
  #between(domain: string, before: Marked, { energyJ, tokens }: Marked, members: DomainMembers): DomainWork[] {
    if (energyJ < before.energyJ || tokens < before.tokens) return [];
    const drawnJ = energyJ - before.energyJ;
    this.#energyJ = (this.#energyJ ?? 0) + drawnJ;
    if (members.get(domain)!.role !== 'prefill') this.#outputTokens += tokens - before.tokens;
    return [{ domain, energyJ: drawnJ, tokens: tokens - before.tokens }];
  }

  /** Of a prefill domain its prompts; an engine that does both is counted by its answers. */
  #tokens(members: DomainMembers, domain: string): number {
    const { role, instances } = members.get(domain)!;
    return instances.reduce((sum, { id }) => {
      const { promptTokens, outputTokens } = this.#totals(id);
      return sum + (role === 'prefill' ? promptTokens : outputTokens);
    }, 0);
  }
}
