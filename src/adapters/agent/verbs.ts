import type { AgentVerb } from '../../domain/agent-wire.ts';
import type { LeaseClaim } from '../../domain/custody.ts';
import type { Megahertz, Watts } from '../../domain/units.ts';
import type { ClockCustodian } from '../../ports/clock-custodian.ts';
import type { Caller } from './caller.ts';
import { anyDevices, clockMhz, devices, key, pids, powerW, text, token, ttlMs, type Shape } from './fields.ts';

type Fields = Readonly<Record<string, unknown>>;

/** One thing that can be asked for: what its body must look like, and what is done. */
export interface Verb {
  readonly shape: Shape;
  act(custodian: ClockCustodian, fields: Fields, caller: Caller): Promise<unknown>;
}

const CLAIM = { domain: text, token, key };
const claimOf = (fields: Fields): LeaseClaim => ({
  domain: fields['domain'] as string,
  token: fields['token'] as number,
  key: fields['key'] as string,
});
const devicesOf = (fields: Fields): readonly string[] => fields['devices'] as readonly string[];

const acquire: Verb = {
  shape: { domain: text, devices, holder: text, ttlMs, pids },
  act: (custodian, fields, { identity }) =>
    custodian.acquire({
      domain: fields['domain'] as string,
      devices: devicesOf(fields),
      holder: fields['holder'] as string,
      ttlMs: fields['ttlMs'] as number,
      identity,
      ...(fields['pids'] === undefined ? {} : { pids: fields['pids'] as readonly number[] }),
    }),
};

/** Whatever has a body or an answer of one piece. */
export const VERBS: Readonly<Record<Exclude<AgentVerb, 'telemetry'>, Verb>> = {
  status: { shape: {}, act: (custodian) => custodian.status() },
  supported: { shape: { devices }, act: (custodian, fields) => custodian.supportedMhz(devicesOf(fields)) },
  acquire,
  renew: { shape: CLAIM, act: (custodian, fields) => custodian.renew(claimOf(fields)) },
  lock: {
    shape: { ...CLAIM, clockMhz },
    act: (custodian, fields) => custodian.lock(claimOf(fields), fields['clockMhz'] as Megahertz),
  },
  'limit-power': {
    shape: { ...CLAIM, powerW },
    act: (custodian, fields) => custodian.limitPower(claimOf(fields), fields['powerW'] as Watts),
  },
  release: { shape: CLAIM, act: (custodian, fields) => custodian.release(claimOf(fields)) },
  read: { shape: { devices }, act: (custodian, fields) => custodian.read(devicesOf(fields)) },
  restore: { shape: { devices: anyDevices }, act: (custodian, fields, { identity }) => custodian.restore(devicesOf(fields), identity) },
  drain: { shape: {}, act: (custodian, _fields, { identity }) => custodian.drain(identity) },
  resume: { shape: {}, act: (custodian, _fields, { identity }) => custodian.resume(identity) },
};
