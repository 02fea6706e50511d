import { ROLES } from '../../domain/instance.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import { gatewayHttp, jsonIn, type GatewayAccess } from './gateway-http.ts';

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const isNumber = (value: unknown): boolean => Number.isFinite(value);
const isNumberOrNull = (value: unknown): boolean => value === null || isNumber(value);
const METERED = ['askedMhz', 'appliedMhz', 'powerW', 'energyJ', 'meteredAtMs'] as const;

const isInstance = (value: unknown): boolean =>
  isFields(value) &&
  typeof value['id'] === 'string' &&
  typeof value['domain'] === 'string' &&
  ROLES.some((role) => role === value['role']) &&
  METERED.every((key) => isNumberOrNull(value[key]));

const isSlo = (value: unknown): boolean => isFields(value) && isNumber(value['ttftMs']) && isNumber(value['itlMs']);

/** As much of a snapshot as a bench reads: what answers there may be anybody. */
const isSnapshot = (value: unknown): value is Snapshot =>
  isFields(value) &&
  value['kind'] === 'snapshot' &&
  isNumber(value['atMs']) &&
  isNumber(value['transitions']) &&
  isSlo(value['slo']) &&
  ['governor', 'routing'].every((key) => typeof value[key] === 'string') &&
  Array.isArray(value['warnings']) &&
  value['warnings'].every((warning) => typeof warning === 'string') &&
  Array.isArray(value['instances']) &&
  value['instances'].every(isInstance);

/** What a voltana gateway shows of itself. `ask` gives null for any other endpoint. */
export const createGatewaySnapshot = (access: GatewayAccess) => {
  const http = gatewayHttp(access);
  return {
    async ask(): Promise<Snapshot | null> {
      try {
        const { status, text } = await http.ask('/voltana/snapshot');
        const value = status === 200 ? jsonIn(text) : null;
        return isSnapshot(value) ? value : null;
      } catch {
        return null;
      }
    },
    close: (): Promise<void> => http.close(),
  };
};
