import type { AgentBounds, AgentConfig, AgentTcp } from '../domain/agent.ts';
import { AGENT_SOCKET } from '../domain/agent-wire.ts';
import type { DeviceFamily } from '../domain/device.ts';
import { VoltanaError } from '../domain/errors.ts';
import { megahertz, watts } from '../domain/units.ts';
import schema from '../schemas/agent.schema.json' with { type: 'json' };
import { validateAgent } from '../schemas/compiled/validators.js';
import { parseDocumentOf } from './document.ts';

type Names = readonly (string | number)[];

/** As it is written. */
export interface AgentFile {
  readonly node?: string;
  readonly listen?: {
    readonly socket?: false | { readonly path?: string; readonly group?: string | number };
    readonly tcp?: AgentTcp;
  };
  readonly devices?: 'all' | Names;
  readonly families?: readonly DeviceFamily[];
  readonly bounds?: {
    readonly minClockMhz?: number | null;
    readonly maxClockMhz?: number | null;
    readonly maxSlowdownsPerS?: number;
    readonly powerLimitW?: { readonly least: number; readonly most: number };
  };
  readonly leaseTtlMs?: { readonly least?: number; readonly most?: number };
  readonly restoreTo?: 'default' | number | Readonly<Record<string, number>>;
  readonly spreadMs?: number;
  readonly allowShared?: 'none' | 'all' | Names;
  readonly stateDir?: string;
  readonly auditFile?: string;
  readonly ignoreManagers?: readonly string[];
  readonly nvmlLibrary?: string;
  readonly sysfsRoot?: string;
}

/** The lowest clock of the governor's own table on the parts that were measured: below it energy rises again. */
const MIN_CLOCK_MHZ = 690;
const MAX_SLOWDOWNS_PER_S = 10;
const TTL_MS = { least: 1000, most: 30_000 };
const SPREAD_MS = 500;
const STATE_DIR = '/var/lib/voltana';

const malformed = (file: string, problem: string, hint: string): VoltanaError =>
  new VoltanaError('FILE_MALFORMED', `${file}: ${problem}`, { hint });

/** Either way alone: where both held, the weaker one would be the lock on the door. */
const checkTcp = ({ clientCaFile, tokensFile, holders = [], operators = [] }: AgentTcp, file: string): void => {
  if ((clientCaFile === undefined) === (tokensFile === undefined)) {
    throw malformed(
      file,
      `listen.tcp has ${tokensFile === undefined ? 'neither' : 'both'} clientCaFile ${tokensFile === undefined ? 'nor' : 'and'} tokensFile`,
      'Say how clients prove who they are: by certificates (clientCaFile) or by tokens (tokensFile).',
    );
  }
  if (tokensFile !== undefined && holders.length + operators.length > 0)
    throw malformed(file, 'listen.tcp names holders or operators beside a tokensFile', 'Roles are in the tokens file: name:holder:TOKEN.');
  if (tokensFile === undefined && holders.length + operators.length === 0)
    throw malformed(
      file,
      'listen.tcp names neither holders nor operators',
      'Name those whose certificates may hold leases, or nobody gets in.',
    );
};

const checkOrder = (least: number, most: number, names: readonly [least: string, most: string], file: string): void => {
  if (least > most) throw malformed(file, `${names[0]} ${least} is above ${names[1]} ${most}`, 'Exchange or correct the two.');
};

/** What a schema cannot say. @throws VoltanaError FILE_MALFORMED */
export const checkAgentMeaning = (agent: AgentFile, file: string): void => {
  const { listen = {}, bounds = {}, leaseTtlMs = {} } = agent;
  if (listen.tcp !== undefined) checkTcp(listen.tcp, file);
  if (listen.socket === false && listen.tcp === undefined)
    throw malformed(file, 'listen has neither a socket nor a tcp port', 'Leave listen.socket out for the usual one, or give listen.tcp.');
  checkOrder(bounds.minClockMhz ?? 0, bounds.maxClockMhz ?? Infinity, ['bounds.minClockMhz', 'bounds.maxClockMhz'], file);
  const { least = 0, most = Infinity } = bounds.powerLimitW ?? {};
  checkOrder(least, most, ['bounds.powerLimitW.least', 'bounds.powerLimitW.most'], file);
  checkOrder(leaseTtlMs.least ?? TTL_MS.least, leaseTtlMs.most ?? TTL_MS.most, ['leaseTtlMs.least', 'leaseTtlMs.most'], file);
};

const clockOr = (given: number | null | undefined, otherwise: number | null) => {
  const value = given === undefined ? otherwise : given;
  return value === null ? null : megahertz(value);
};

/** A lowest clock that nobody has named gives way to a highest one that somebody has. */
const minClockFor = ({ minClockMhz, maxClockMhz }: NonNullable<AgentFile['bounds']>) =>
  clockOr(minClockMhz, Math.min(MIN_CLOCK_MHZ, maxClockMhz ?? Infinity));

const boundsOf = (bounds: NonNullable<AgentFile['bounds']>): AgentBounds => ({
  minClockMhz: minClockFor(bounds),
  maxClockMhz: clockOr(bounds.maxClockMhz, null),
  maxSlowdownsPerS: bounds.maxSlowdownsPerS ?? MAX_SLOWDOWNS_PER_S,
  powerLimitW: bounds.powerLimitW === undefined ? null : { least: watts(bounds.powerLimitW.least), most: watts(bounds.powerLimitW.most) },
});

const listenOf = ({ socket = {}, tcp }: NonNullable<AgentFile['listen']>): AgentConfig['listen'] => ({
  socket: socket === false ? null : { path: socket.path ?? AGENT_SOCKET, group: socket.group === undefined ? null : String(socket.group) },
  tcp: tcp ?? null,
});

const restoreToOf = (restoreTo: AgentFile['restoreTo'] = 'default'): AgentConfig['restoreTo'] => {
  if (restoreTo === 'default') return restoreTo;
  if (typeof restoreTo === 'number') return megahertz(restoreTo);
  return Object.fromEntries(Object.entries(restoreTo).map(([device, clockMhz]) => [device, megahertz(clockMhz)]));
};

const namesOf = <Word extends string>(names: Word | Names): Word | readonly string[] =>
  typeof names === 'string' ? names : names.map(String);

/** What holds, with the defaults for what is not said. @param host name of this machine */
export const agentConfig = (agent: AgentFile, host: string): AgentConfig => {
  const stateDir = agent.stateDir ?? STATE_DIR;
  return {
    node: agent.node ?? host,
    listen: listenOf(agent.listen ?? {}),
    devices: namesOf(agent.devices ?? 'all'),
    families: agent.families ?? ['nvml', 'amdgpu'],
    bounds: boundsOf(agent.bounds ?? {}),
    leaseTtlMs: { ...TTL_MS, ...agent.leaseTtlMs },
    restoreTo: restoreToOf(agent.restoreTo),
    spreadMs: agent.spreadMs ?? SPREAD_MS,
    allowShared: namesOf(agent.allowShared ?? 'none'),
    stateDir,
    auditFile: agent.auditFile ?? `${stateDir}/audit.jsonl`,
    ignoreManagers: agent.ignoreManagers ?? [],
    nvmlLibrary: agent.nvmlLibrary ?? null,
    sysfsRoot: agent.sysfsRoot ?? '/',
  };
};

/** @throws VoltanaError FILE_MALFORMED or UNKNOWN_KEY, naming the file and the place */
export const parseAgentFile = (text: string, file: string): AgentFile => {
  const agent = parseDocumentOf<AgentFile>(text, file, validateAgent, schema);
  checkAgentMeaning(agent, file);
  return agent;
};
