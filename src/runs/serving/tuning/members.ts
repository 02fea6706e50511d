import { domainOf, type EngineRole, type LaunchedInstance } from '../../../domain/instance.ts';

/** A clock domain and the phases that run in it. */
export interface DomainMember {
  readonly role: EngineRole;
  readonly instances: readonly LaunchedInstance[];
}

export type DomainMembers = ReadonlyMap<string, DomainMember>;

/** Instances by clock domain. */
export function membersOf(instances: readonly LaunchedInstance[]): DomainMembers {
  const byDomain = new Map<string, LaunchedInstance[]>();
  for (const instance of instances) {
    const domain = domainOf(instance);
    byDomain.set(domain, [...(byDomain.get(domain) ?? []), instance]);
  }
  return new Map(
    [...byDomain].map(([domain, own]) => [domain, { role: own.length > 1 ? 'aggregated' : own[0]!.role, instances: own }] as const),
  );
}
