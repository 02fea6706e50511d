import type { Check, HostFacts } from '../../domain/diagnosis.ts';
import type { DeviceFamily } from '../../domain/device.ts';
import { failure, failureOf, ok, skipped, warning, type CheckId } from './check.ts';
import { gpusOf, type Survey, type SurveyedDriver } from './survey.ts';

const VENDORS: Readonly<Record<DeviceFamily, string>> = { nvml: 'NVIDIA', amdgpu: 'AMD', cpufreq: 'processor' };

const onBus = (family: DeviceFamily, { gpusOnBus }: HostFacts): number =>
  family === 'nvml' ? gpusOnBus.nvidia : family === 'amdgpu' ? gpusOnBus.amd : 0;

function versionsOf({ devices }: SurveyedDriver): string {
  const versions = [...new Set(devices.map(({ driverVersion }) => driverVersion).filter((version) => version !== null))];
  return versions.length === 0 ? '' : ` ${versions.join(', ')}`;
}

function foundDriver(id: CheckId, driver: SurveyedDriver, facts: HostFacts): Check {
  const vendor = VENDORS[driver.family];
  const count = driver.devices.length;
  const what = driver.family === 'cpufreq' ? 'processor packages' : 'GPUs';
  const finding = `${vendor} driver${versionsOf(driver)}: ${count} ${what}`;
  const bus = onBus(driver.family, facts);
  if (bus <= count) return ok(id, finding);
  const fix = 'Look for the missing ones: lspci -nn | grep -i -e nvidia -e amd, and sudo dmesg | grep -i -e nvrm -e amdgpu.';
  return warning(id, `${finding}, and ${bus} on the PCI bus`, fix);
}

/** A driver is missed only where there is something for it to drive. */
function missingDriver(id: CheckId, { family, problem }: SurveyedDriver, facts: HostFacts, named: boolean): Check {
  const bus = onBus(family, facts);
  const failed = failureOf(id, problem);
  if (bus > 0) return { ...failed, finding: `${bus} ${VENDORS[family]} GPUs on the PCI bus, and no driver for them: ${failed.finding}` };
  if (family === 'nvml' && facts.nvidiaModule !== null)
    return { ...failed, finding: `NVIDIA's kernel module ${facts.nvidiaModule} is loaded, its library is not usable: ${failed.finding}` };
  // A container may see the devices and not the bus, so a driver that is there and says no counts as well.
  if (problem!.code !== 'NO_DRIVER' || named) return failed;
  return skipped(id, family === 'cpufreq' ? 'the clocks of these processors cannot be set' : `no ${VENDORS[family]} GPU here`);
}

const driverCheck = (driver: SurveyedDriver, facts: HostFacts, named: boolean): Check => {
  const id: CheckId = `drivers.${driver.family}`;
  return driver.problem === null ? foundDriver(id, driver, facts) : missingDriver(id, driver, facts, named);
};

const EMULATED = 'Everything emulated works without: npm start, voltana simulate, voltana emulate, voltana serve with an emulated cluster.';

/** @param wanted whether what is looked at needs a device at all: an emulated cluster does not */
function anythingCheck(survey: Survey, wanted: boolean): Check {
  const id = 'drivers.devices';
  if (gpusOf(survey).length > 0) return ok(id, `${gpusOf(survey).length} GPUs whose clocks voltana can follow`);
  if (!wanted) return skipped(id, 'no GPU here, and this cluster is emulated: it needs none');
  if (survey.devices.length > 0) return warning(id, 'no GPU here; the clocks of the processors can be set', EMULATED);
  return failure(
    id,
    'no GPU here, so there are no clocks to set',
    `Run this where the GPUs are, or ask an agent there with --agent. ${EMULATED}`,
    3,
  );
}

/** A driver that has both a library and devices; and whether there is anything at all. */
export const driverChecks = (survey: Survey, facts: HostFacts, wanted: boolean, named: readonly DeviceFamily[]): Check[] => [
  ...survey.drivers.map((driver) => driverCheck(driver, facts, named.includes(driver.family))),
  anythingCheck(survey, wanted),
];
