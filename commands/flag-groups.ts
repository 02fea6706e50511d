type Group = 'Target' | 'Load' | 'Promises' | 'Measuring' | 'Judging' | 'A/B' | 'Output';

/** The same flags, under one heading of the help of bench. */
export const inGroup = <T extends Readonly<Record<string, object>>>(helpGroup: Group, flags: T): T =>
  Object.fromEntries(Object.entries(flags).map(([name, flag]) => [name, { ...flag, helpGroup }])) as T;
