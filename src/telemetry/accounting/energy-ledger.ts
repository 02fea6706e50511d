import type { ClockDomainId } from '../../domain/instance.ts';
import { Account, type AccountEnergy, type AccountName } from './accounts.ts';
import { DomainLedger, type TokenWeights } from './domain-ledger.ts';

/** Where every joule of the fleet's meters went: `meteredJ` is the sum of all else. */
export interface EnergyBooks {
  readonly accounts: readonly AccountEnergy[];
  /** Drawn while nobody had work. */
  readonly unusedJ: number;
  /** Metered, and not split yet: a prompt that was computed then is not done. */
  readonly unsettledJ: number;
  readonly meteredJ: number;
  /** Intervals that a meter's reset made unknowable. */
  readonly resets: number;
}

export interface LedgerOptions {
  /** Of a domain that runs both phases; 1 : 1 where left out. */
  readonly weightsOf?: (domain: ClockDomainId) => TokenWeights | undefined;
}

const separator = '\u0000';

/** Energy per model and tenant over all clock domains. */
export class EnergyLedger {
  readonly #options: LedgerOptions;
  readonly #accounts = new Map<string, Account>();
  readonly #domains = new Map<ClockDomainId, DomainLedger>();

  constructor(options: LedgerOptions = {}) {
    this.#options = options;
  }

  account(name: AccountName): Account {
    const key = `${name.model}${separator}${name.tenant}`;
    let account = this.#accounts.get(key);
    if (!account) this.#accounts.set(key, (account = new Account(name)));
    return account;
  }

  domain(id: ClockDomainId): DomainLedger {
    let domain = this.#domains.get(id);
    if (!domain) this.#domains.set(id, (domain = new DomainLedger(this.#options.weightsOf?.(id))));
    return domain;
  }

  books(): EnergyBooks {
    const domains = [...this.#domains.values()];
    const sum = (of: (domain: DomainLedger) => number): number => domains.reduce((total, domain) => total + of(domain), 0);
    return {
      accounts: [...this.#accounts.values()].map(({ model, tenant, dynamicJ, idleJ }) => ({ model, tenant, dynamicJ, idleJ })),
      unusedJ: sum(({ unusedJ }) => unusedJ),
      unsettledJ: sum(({ unsettledJ }) => unsettledJ),
      meteredJ: sum(({ meteredJ }) => meteredJ),
      resets: sum(({ resets }) => resets),
    };
  }
}
