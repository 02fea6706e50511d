import type { Check } from '../../domain/diagnosis.ts';
import type { LimitReason } from '../../domain/device.ts';
import { failure, failureOf, ok, skipped, warning, type CheckId } from './check.ts';
import { energyChecks } from './energy.ts';
import { leftoverChecks } from './leftovers.ts';
import { called, gpusOf, isGpu, type Survey, type SurveyedDevice } from './survey.ts';

type Finding = Pick<Check, 'finding' | 'fix'>;

/** One line for each device that is not as it should be, or one for all. */
function each(id: CheckId, devices: readonly SurveyedDevice[], fine: string, judge: (device: SurveyedDevice) => Finding | null): Check[] {
  if (devices.length === 0) return [];
  const found = devices.map((device) => ({ device, what: judge(device) })).filter(({ what }) => what !== null);
  if (found.length === 0) return [ok(id, fine)];
  return found.map(({ device, what }) => warning(id, `${called(device.info)}: ${what!.finding}`, what!.fix ?? ''));
}

/** How a GPU is named to nvidia-smi; other families have files instead. */
const smi = ({ info }: SurveyedDevice): string => `sudo nvidia-smi -i ${info.index}`;
const isNvidia = ({ info }: SurveyedDevice): boolean => info.family === 'nvml';

function listed({ info, problem, readings }: SurveyedDevice): Check {
  const id = 'devices.found';
  const { supportedMhz, name } = info;
  const clocks =
    supportedMhz.length === 0 ? 'clocks cannot be set' : `${supportedMhz[0]} to ${supportedMhz.at(-1)} MHz, ${supportedMhz.length} clocks`;
  if (problem === null) return ok(id, `${called(info)} ${name}, ${info.id}: ${clocks}`);
  const failed = failureOf(id, problem);
  const before = readings.length === 0 ? '' : ` after ${readings.length} readings`;
  return { ...failed, finding: `${called(info)} ${name}, ${info.id}${before}: ${failed.finding}` };
}

const lockable = (device: SurveyedDevice): Finding | null =>
  device.info.capabilities.includes('lock')
    ? null
    : {
        finding: 'its clocks cannot be locked by this driver',
        fix: 'Use a newer driver, or a card that can; its energy is still metered.',
      };

const persistent = (device: SurveyedDevice): Finding | null =>
  device.info.persistence === false
    ? { finding: 'persistence mode is off: the driver forgets locks when nobody uses the GPU', fix: `${smi(device)} -pm 1` }
    : null;

function unshared({ users }: SurveyedDevice): Finding | null {
  if (users === null) return null;
  if (users.partitioned)
    return { finding: 'cut into slices: a lock of one would slow all, so it is not lent', fix: 'Use whole GPUs for voltana.' };
  if (users.virtual) return { finding: 'a virtual GPU: its clocks belong to the host', fix: 'Run the agent on the host.' };
  if (users.mps)
    return {
      finding: 'a CUDA MPS server serves several processes on it',
      fix: 'All of them must be the engine of one instance; otherwise stop it: echo quit | nvidia-cuda-mps-control.',
    };
  return null;
}

type OwnerOf = (pid: number) => number | null;

/** Users are told apart, not processes: an engine of several processes is one user's. */
function ownUsers({ users }: SurveyedDevice, ownerOf: OwnerOf): Finding | null {
  const processes = users?.processes ?? [];
  const owners = new Map(processes.map(({ pid, name }) => [pid, { name, uid: ownerOf(pid) }]));
  if (new Set([...owners.values()].map(({ uid }) => uid)).size <= 1) return null;
  const who = [...owners].map(
    ([pid, { name, uid }]) => `${pid}${name === null ? '' : ` (${name})`} of ${uid === null ? 'somebody unseen' : `user ${uid}`}`,
  );
  return {
    finding: `several users compute on it: ${who.join(', ')}`,
    fix: 'A GPU is lent only when all processes on it belong to one instance: end the others.',
  };
}

const WHY: Readonly<Record<LimitReason, readonly [why: string, fix: string]>> = {
  power: ['its power limit', 'A lower clock lock avoids it; or raise the limit if the rack allows it.'],
  thermal: ['its temperature', 'Look after the cooling: clocks above this are not reached.'],
  hardware: ['its hardware (power brake or slow-down)', 'Look at power supply and cooling: nvidia-smi -q -d PERFORMANCE.'],
  sync: ['a GPU that it is in step with', 'Look at the slowest GPU of its group.'],
  other: ['another reason of the driver', 'nvidia-smi -q -d PERFORMANCE tells which.'],
};

function unlimited({ readings }: SurveyedDevice): Finding | null {
  const reasons = [...new Set(readings.flatMap(({ limits }) => limits))];
  if (reasons.length === 0) return null;
  const finding = `its clock is held down by ${reasons.map((reason) => WHY[reason][0]).join(' and by ')}`;
  return { finding, fix: reasons.map((reason) => WHY[reason][1]).join(' ') };
}

function usualLimit(device: SurveyedDevice): Finding | null {
  const limits = device.info.powerLimits;
  if (limits === null || limits.presentW >= limits.defaultW) return null;
  const fix = isNvidia(device)
    ? `If nobody wants that: ${smi(device)} -pl ${limits.defaultW}`
    : 'If nobody wants that, write the default to power1_cap.';
  return { finding: `its power limit is ${limits.presentW} W, by default ${limits.defaultW} W`, fix };
}

/** When no GPU at all may be locked, nothing that voltana is for can be done here. */
function usableCheck(gpus: readonly SurveyedDevice[]): Check[] {
  const answering = gpus.filter(({ problem }) => problem === null);
  if (answering.length === 0) return [];
  if (answering.some((device) => lockable(device) === null && unshared(device) === null)) return [];
  return [failure('devices.usable', 'none of these GPUs can be locked', 'The lines above say why, each.', 4)];
}

const toldUsers = ({ users }: SurveyedDevice): boolean => users !== null;

/** What is wrong with the devices themselves. */
export function deviceChecks(survey: Survey, ownerOf: OwnerOf): Check[] {
  const gpus = gpusOf(survey).filter(({ problem }) => problem === null);
  const nvidia = gpus.filter(isNvidia);
  const told = gpus.filter(toldUsers);
  return [
    ...survey.devices.map(listed),
    ...each('devices.lock', gpus, 'all GPUs take clock locks (nothing was locked to find out)', lockable),
    ...each('devices.persistence', nvidia, 'persistence mode is on', persistent),
    ...each('devices.sharing', told, 'no MIG, MPS or virtual GPU', unshared),
    ...(gpus.length > 0 && told.length === 0
      ? [skipped('devices.users', 'the agent does not tell who computes on the GPUs: ask there')]
      : []),
    ...each('devices.users', told, 'no GPU is used by several users', (device) => ownUsers(device, ownerOf)),
    ...each('devices.throttling', gpus, 'nothing holds the clocks down now', unlimited),
    ...each('devices.power-limit', gpus, 'power limits are the default', usualLimit),
    ...energyChecks(survey.devices.filter(({ problem, info }) => problem === null && isGpu(info))),
    ...leftoverChecks(gpus),
    ...usableCheck(gpusOf(survey)),
  ];
}
