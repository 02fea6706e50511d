import type { EngineRole, InstanceEndpoints, LaunchedInstance, Role } from '../../domain/instance.ts';
import { ROLES } from '../../domain/instance.ts';

export interface KnownEngine {
  readonly id: string;
  readonly role: EngineRole;
  readonly gpuCount: number;
  readonly endpoints: InstanceEndpoints;
  readonly gpus?: readonly string[];
  readonly node?: string;
}

/** An engine as routing sees it: one instance, or one per phase of an engine that does both. */
export const instancesOf = ({ id, role, gpuCount, endpoints, gpus, node }: KnownEngine): LaunchedInstance[] => {
  const known = { gpuCount, endpoints, ...(gpus ? { gpus } : {}), ...(node === undefined ? {} : { node }) };
  if (role !== 'aggregated') return [{ id, role, ...known }];
  const half = (phase: Role): LaunchedInstance => ({ id: `${id}-${phase}`, role: phase, domain: id, ...known });
  return ROLES.map(half);
};

/** As URLs spell it: an IPv6 address has its brackets. */
export const hostOf = ({ url }: Pick<InstanceEndpoints, 'url'>): string => new URL(url).hostname;

const movedFacts = (facts: Readonly<Record<string, string>>, from: string, to: string): Record<string, string> =>
  Object.fromEntries(Object.entries(facts).map(([name, json]) => [name, json.replaceAll(from, to)]));

/** The same endpoints on another host, for engines whose place is known only once they run. */
export const movedTo = (endpoints: InstanceEndpoints, host: string): InstanceEndpoints => {
  const { facts } = endpoints;
  const url = new URL(endpoints.url);
  url.hostname = host;
  return {
    ...endpoints,
    url: url.toString().replace(/\/$/, ''),
    ...(endpoints.bootstrapHost === undefined ? {} : { bootstrapHost: host }),
    ...(facts === undefined ? {} : { facts: movedFacts(facts, hostOf(endpoints), host) }),
  };
};
