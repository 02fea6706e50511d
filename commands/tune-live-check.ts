import { VoltanaError } from '../src/domain/errors.ts';
import { liveFlags } from './tune-live-flags.ts';
import { searchFlags, searchWayFlags } from './tune-flags.ts';

const ACTIONS = { live: 'live', kill: 'kill', 'resume-live': 'resume', 'stop-live': 'stop', status: 'status' } as const;
type Action = (typeof ACTIONS)[keyof typeof ACTIONS];
type Given = Readonly<Record<string, unknown>>;

/** Flags of a search that tuning live has a use for, too. */
const SHARED = ['cluster', 'fitted', 'slo-target', 'slo-ttft', 'slo-itl', 'seed', 'price-per-kwh', 'currency', 'pue', 'carbon-intensity'];
const OF_CLUSTERS = ['cluster', 'fitted', 'slo-ttft', 'slo-itl', 'gateway-port', 'allow-resize'];
const OF_ORDERS = ['url', 'api-key-file', 'endpoint-ca-file', 'insecure'];

const isGiven = (flags: Given, name: string): boolean => flags[name] !== undefined && flags[name] !== false;

const actionsGiven = (flags: Given): string[] => Object.keys(ACTIONS).filter((name) => isGiven(flags, name));

/** Whether anything of live tuning was asked for. */
export const asksLive = (flags: Given): boolean => actionsGiven(flags).length > 0;

export const liveAction = (flags: Given): Action => ACTIONS[actionsGiven(flags)[0] as keyof typeof ACTIONS];

const badFlag = (message: string, hint: string): VoltanaError => new VoltanaError('BAD_FLAG', message, { hint });

function refuse(flags: Given, names: readonly string[], why: (name: string) => string, hint: string): void {
  const found = names.find((name) => isGiven(flags, name));
  if (found !== undefined) throw badFlag(why(found), hint);
}

/** A search takes none of what only live tuning knows. @throws VoltanaError BAD_FLAG */
export function checkNotLive(flags: Given): void {
  refuse(flags, Object.keys(liveFlags), (name) => `--${name} is for --live`, 'Leave it out of a --search.');
}

/** @throws VoltanaError BAD_FLAG for flags that contradict each other */
export function checkLive(flags: Given): void {
  const [action, other] = actionsGiven(flags);
  if (other !== undefined) throw badFlag(`--${action} and --${other} are two things`, 'Give one of them.');
  if (isGiven(flags, 'search')) throw badFlag(`--search and --${action} are two things`, 'Give one of them.');
  const ofSearch = [...Object.keys(searchFlags), ...Object.keys(searchWayFlags)].filter((name) => !SHARED.includes(name));
  refuse(flags, ofSearch, (name) => `--${name} is for --search`, `Leave it out of --${action}.`);
  if (action !== 'live') return checkOrderFlags(flags, action!);
  if (isGiven(flags, 'url') === isGiven(flags, 'cluster'))
    throw badFlag('--live tunes one cluster', 'Give --url URL of a gateway that serves, or --cluster FILE to serve it here.');
  if (isGiven(flags, 'url')) checkUrlFlags(flags);
  else checkClusterFlags(flags);
}

function checkOrderFlags(flags: Given, action: string): void {
  if (!isGiven(flags, 'url')) throw badFlag(`--${action} needs a gateway`, 'Give its address with --url http://HOST:PORT.');
  const known = [...OF_ORDERS, action];
  refuse(
    flags,
    [...SHARED, ...Object.keys(liveFlags)].filter((name) => !known.includes(name) && name !== 'seed'),
    (name) => `--${name} is no part of --${action}`,
    'Leave it out.',
  );
}

function checkUrlFlags(flags: Given): void {
  refuse(
    flags,
    OF_CLUSTERS,
    (name) => `--${name} is for --cluster: the gateway at --url is served as it is`,
    'Leave it out, or serve again.',
  );
  if (!isGiven(flags, 'detach')) return;
  refuse(flags, ['signal', 'duration'], (name) => `--${name} needs somebody who stays, and --detach leaves`, 'Leave one of them out.');
}

function checkClusterFlags(flags: Given): void {
  if (isGiven(flags, 'detach')) throw badFlag('--detach is for --url: what is served here ends with this command', 'Leave it out.');
  if (Array.isArray(flags['fitted']) && flags['fitted'].length > 1)
    throw badFlag('a cluster has one fitted profile', 'Give --fitted once.');
}
