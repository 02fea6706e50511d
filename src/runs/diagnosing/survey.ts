import type { CustodyStatus, DeviceStatus } from '../../domain/custody.ts';
import type { DeviceFamily, DeviceInfo, DeviceReading, DeviceUsers } from '../../domain/device.ts';
import { VoltanaError } from '../../domain/errors.ts';
import type { Devices } from '../../ports/devices.ts';
import type { Time } from '../../ports/time.ts';
import type { AskedAgent } from './ports.ts';

const SAMPLE_MS = 100;
const SAMPLE_HZ = 10;

export interface SurveyedDevice {
  readonly info: DeviceInfo;
  /** In the order in which they were taken; none where it does not answer. */
  readonly readings: readonly DeviceReading[];
  /** Null where nobody could tell. */
  readonly users: DeviceUsers | null;
  /** What the agent says of it. */
  readonly status: DeviceStatus | null;
  readonly problem: VoltanaError | null;
}

export interface SurveyedDriver {
  readonly family: DeviceFamily;
  readonly devices: readonly DeviceInfo[];
  readonly problem: VoltanaError | null;
}

export interface Survey {
  /** Of this machine; none where an agent elsewhere is asked. */
  readonly drivers: readonly SurveyedDriver[];
  readonly devices: readonly SurveyedDevice[];
}

export const isGpu = ({ family }: DeviceInfo): boolean => family !== 'cpufreq';
export const gpusOf = ({ devices }: Survey): readonly SurveyedDevice[] => devices.filter(({ info }) => isGpu(info));

/** "GPU 0", or "processors 0". */
export const called = ({ family, index }: DeviceInfo): string => `${family === 'cpufreq' ? 'processors' : 'GPU'} ${index}`;

const ours = (error: unknown): VoltanaError => {
  if (error instanceof VoltanaError) return error;
  throw error;
};

/** Looks at one device as often as the window allows; the first error ends it, and what was seen before stays. */
async function watchLocal(
  devices: Devices,
  info: DeviceInfo,
  status: DeviceStatus | null,
  watchMs: number,
  time: Time,
): Promise<SurveyedDevice> {
  const readings: DeviceReading[] = [];
  let users: DeviceUsers | null = null;
  try {
    const untilMs = time.nowMs() + watchMs;
    readings.push(await devices.read(info.id));
    users = await devices.users(info.id);
    while (time.nowMs() < untilMs) {
      await time.sleep(SAMPLE_MS);
      readings.push(await devices.read(info.id));
    }
    return { info, readings, users, status, problem: null };
  } catch (error) {
    return { info, readings, users, status, problem: ours(error) };
  }
}

async function surveyDriver(devices: Devices): Promise<SurveyedDriver> {
  try {
    return { family: devices.family, devices: await devices.list(), problem: null };
  } catch (error) {
    return { family: devices.family, devices: [], problem: ours(error) };
  }
}

/** The devices of this machine, read and never set; the drivers are let go of afterwards. */
export async function surveyLocal(all: readonly Devices[], status: CustodyStatus | null, watchMs: number, time: Time): Promise<Survey> {
  try {
    const drivers = await Promise.all(all.map(surveyDriver));
    const known = new Map(status?.devices.map((one) => [one.info.id, one]));
    const devices = await Promise.all(
      drivers.flatMap((driver, i) => driver.devices.map((info) => watchLocal(all[i]!, info, known.get(info.id) ?? null, watchMs, time))),
    );
    return { drivers, devices };
  } finally {
    await Promise.all(all.map((one) => one.close()));
  }
}

async function watched(agent: AskedAgent, ids: readonly string[], watchMs: number, time: Time): Promise<DeviceReading[]> {
  const readings: DeviceReading[] = [];
  if (ids.length === 0) return readings;
  const stop = new AbortController();
  const cancel = time.at(time.nowMs() + watchMs, () => stop.abort());
  try {
    for await (const sample of agent.custodian.watch(ids, SAMPLE_HZ, stop.signal)) readings.push(...sample);
  } catch (error) {
    if (!stop.signal.aborted) ours(error);
  } finally {
    cancel();
    stop.abort();
  }
  return readings;
}

/** The devices of an agent's machine, as it tells of them. */
export async function surveyAgent(agent: AskedAgent, status: CustodyStatus, watchMs: number, time: Time): Promise<Survey> {
  const answering = status.devices.filter(({ reading }) => reading !== null).map(({ info }) => info.id);
  const readings = await watched(agent, answering, watchMs, time);
  const devices = status.devices.map((one): SurveyedDevice => {
    const seen = readings.filter(({ id }) => id === one.info.id);
    const first = one.reading === null ? [] : [one.reading];
    const problem = one.reading === null ? new VoltanaError('DEVICE_FAILED', one.problem ?? `${called(one.info)} does not answer`) : null;
    return { info: one.info, readings: seen.length > 0 ? seen : first, users: null, status: one, problem };
  });
  return { drivers: [], devices };
}
