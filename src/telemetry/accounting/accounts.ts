/** Who is charged. */
export interface AccountName {
  readonly model: string;
  readonly tenant: string;
}

/** Joules charged to one account so far. */
export interface AccountEnergy extends AccountName {
  /** For its own tokens. */
  readonly dynamicJ: number;
  /** Its share of what the hardware draws in any case. */
  readonly idleJ: number;
}

/** One account's running sums. */
export class Account implements AccountEnergy {
  readonly model: string;
  readonly tenant: string;
  dynamicJ = 0;
  idleJ = 0;

  constructor({ model, tenant }: AccountName) {
    this.model = model;
    this.tenant = tenant;
  }
}

/** Work by account, in any one unit. */
export type Work = Map<Account, number>;

export const addWork = (work: Work, account: Account, amount: number): void => {
  if (amount > 0) work.set(account, (work.get(account) ?? 0) + amount);
};

const sumOf = (work: Work): number => {
  let sum = 0;
  for (const amount of work.values()) sum += amount;
  return sum;
};

/** Splits joules by work; whatever rounding leaves goes to the last, so that the parts sum to the whole. @returns false, charging nobody, without any work */
export const charge = (work: Work, energyJ: number, part: 'dynamicJ' | 'idleJ'): boolean => {
  let leftJ = energyJ;
  let leftWork = sumOf(work);
  if (!(leftWork > 0)) return false;
  let last: Account | null = null;
  for (const [account, amount] of work) {
    const shareJ = leftWork > 0 ? Math.min(leftJ, (leftJ * amount) / leftWork) : 0;
    account[part] += shareJ;
    leftJ -= shareJ;
    leftWork -= amount;
    last = account;
  }
  last![part] += Math.max(0, leftJ);
  return true;
};
