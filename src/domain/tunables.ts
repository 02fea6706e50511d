import { VoltanaError } from './errors.ts';

/** What may be turned on the policies that plan ahead. Null or left out is as the policy has it. */
export interface PolicyTunables {
  /** Part of the ITL promise that is planned for, > 0 and at most 1. */
  readonly itlTarget?: number | null;
  /** Part of the TTFT promise that is planned for, > 0 and at most 1. */
  readonly ttftTarget?: number | null;
  /** How much energy is worth against latency inside the promise: 1 as usual, 0 latency alone. */
  readonly thrift?: number | null;
}

/** The tunables that were given, and no others. */
export type GivenTunables = { -readonly [K in keyof PolicyTunables]?: number };

const HINT = 'Targets are parts of a promise, above 0 and at most 1; thrift is 0 to 1.';

const inRange = (name: keyof PolicyTunables, value: number): boolean => value <= 1 && (name === 'thrift' ? value >= 0 : value > 0);

/** @throws VoltanaError BAD_VALUE for a number out of range, NaN among them */
export function givenTunables({ itlTarget, ttftTarget, thrift }: PolicyTunables = {}): GivenTunables {
  const given: GivenTunables = {};
  for (const [name, value] of Object.entries({ itlTarget, ttftTarget, thrift }) as [keyof PolicyTunables, number | null | undefined][]) {
    if (value === null || value === undefined) continue;
    if (!inRange(name, value)) throw new VoltanaError('BAD_VALUE', `tunable ${name} cannot be ${value}`, { hint: HINT });
    given[name] = value;
  }
  return given;
}
