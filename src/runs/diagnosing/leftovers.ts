import type { Check, HostFacts } from '../../domain/diagnosis.ts';
import { failure, ok, skipped, warning } from './check.ts';
import { called, type SurveyedDevice } from './survey.ts';

/** A clock that moves less is as if nailed down. */
const STILL_MHZ = 15;
/** Turbo falls by less with many busy cores; a lock worth having lies further below. */
const WELL_BELOW = 0.9;
/** Of its power limit: an idle GPU rests at a low clock on its own. */
const LOADED = 0.35;
const LEAST_READINGS = 5;

/** Under load, far below the highest clock, without any reason that the driver gives, and not by us. */
function isNailedDown({ info, readings, status }: SurveyedDevice): boolean {
  const highestMhz = info.supportedMhz.at(-1);
  const limitW = info.powerLimits?.presentW;
  if (highestMhz === undefined || limitW === undefined || readings.length < LEAST_READINGS) return false;
  if (status?.lockedMhz != null || readings.some(({ limits }) => limits.length > 0)) return false;
  const clocks = readings.map(({ smMhz }) => smMhz);
  const loaded = readings.every(({ instantW, averageW }) => (instantW ?? averageW ?? 0) >= LOADED * limitW);
  return loaded && Math.max(...clocks) - Math.min(...clocks) <= STILL_MHZ && Math.max(...clocks) < WELL_BELOW * highestMhz;
}

const ID = 'devices.leftover';

/** Locks that nobody here holds, as far as clocks show: a driver tells of none. */
export function leftoverChecks(gpus: readonly SurveyedDevice[]): Check[] {
  const left = gpus.filter(({ status }) => status?.state === 'leftover');
  const nailed = gpus.filter(isNailedDown);
  const checks = [
    ...left.map(({ info, status }) =>
      failure(
        ID,
        `${called(info)} is still locked from before: ${status!.problem ?? 'the agent is giving it back'}`,
        `sudo voltana clocks restore --gpu ${info.id}`,
        4,
      ),
    ),
    ...nailed.map(({ info, readings }) =>
      warning(
        ID,
        `${called(info)} stays at ${readings[0]!.smMhz} of ${info.supportedMhz.at(-1)} MHz under load, and nothing says why: somebody may have locked it`,
        `If nobody wants that: sudo voltana clocks restore --gpu ${info.id}`,
      ),
    ),
  ];
  return checks.length > 0 || gpus.length === 0 ? checks : [ok(ID, 'no clock looks as if a lock were left over')];
}

/** What the journal of this machine names while no agent keeps it. @param kept whether an agent answers: then the journal is its own */
export function journalCheck({ state }: HostFacts, kept: boolean): Check {
  const id = 'agent.journal';
  const { held, path } = state;
  if (held === 'none') return ok(id, `no journal in ${path}: no agent has locked anything here`);
  if (kept) return ok(id, 'the journal is kept by the agent that answers');
  if (held === 'unreadable') return skipped(id, `the journal in ${path} is readable by root alone: run this with sudo to look at it`);
  const fix = 'Start the agent, which restores first: sudo systemctl start voltana-agent; or: sudo voltana clocks restore --direct.';
  if (held === 'damaged') return failure(id, `the journal in ${path} is damaged, so clocks may be locked`, fix, 3);
  if (held.length === 0) return ok(id, `the journal in ${path} names no locked device`);
  const names = held.map((one) => `${one.id} (since ${one.since}, by ${one.holder})`).join(', ');
  return failure(id, `locked, and nobody holds them any more: ${names}`, fix, 3);
}
