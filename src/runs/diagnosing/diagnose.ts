import type { Check, DiagnosedDevice, Diagnosis, HostFacts } from '../../domain/diagnosis.ts';
import type { DeviceInfo } from '../../domain/device.ts';
import type { FoundManager } from '../../domain/manager.ts';
import type { DocumentHeader } from '../../domain/run-record.ts';
import { agentChecks, askAgent, type AgentAnswer } from './agent.ts';
import { clusterChecks } from './cluster.ts';
import { deviceChecks } from './devices.ts';
import { driverChecks } from './drivers.ts';
import { machineChecks } from './machine.ts';
import { managerChecks, toldManagers } from './managers.ts';
import type { DoctorOptions, DoctorPorts } from './ports.ts';
import { gpusOf, surveyAgent, surveyLocal, type Survey } from './survey.ts';

type Header = Omit<DocumentHeader<'doctor'>, 'schemaVersion' | 'kind' | 'evidence'>;

const described = ({ id, family, index, name, driverVersion, supportedMhz, capabilities }: DeviceInfo): DiagnosedDevice => ({
  id,
  family,
  index,
  name,
  driverVersion,
  lowestMhz: supportedMhz[0] ?? null,
  highestMhz: supportedMhz.at(-1) ?? null,
  clocks: supportedMhz.length,
  capabilities,
});

/** The lowest row of the table of exit codes that applies: a missing driver comes before what it would not permit. */
const exitCodeOf = (checks: readonly Check[]): Diagnosis['exitCode'] => {
  const codes = checks.filter(({ status }) => status === 'failure').map(({ exitCode }) => exitCode);
  return codes.length === 0 ? 0 : codes.reduce((lowest, code) => (code < lowest ? code : lowest));
};

const countsOf = (checks: readonly Check[]): Diagnosis['counts'] => {
  const count = (status: Check['status']): number => checks.filter((check) => check.status === status).length;
  return { ok: count('ok'), warning: count('warning'), failure: count('failure'), skipped: count('skipped') };
};

/**
 * An agent that was asked for by address stands for its machine; otherwise this machine is looked at, by its agent's eyes
 * where this user may not look himself.
 */
async function surveyOf({ devices, agent, time }: DoctorPorts, { status }: AgentAnswer, watchMs: number): Promise<Survey> {
  if (agent.remote) return status === null ? { drivers: [], devices: [] } : surveyAgent(agent, status, watchMs, time);
  const own = await surveyLocal(devices, status, watchMs, time);
  if (status === null || gpusOf(own).length > 0) return own;
  const { devices: seen } = await surveyAgent(agent, status, watchMs, time);
  return { ...own, devices: seen.length > 0 ? seen : own.devices };
}

function managersOf(
  { agent }: DoctorPorts,
  { status }: AgentAnswer,
  facts: HostFacts,
  found: readonly FoundManager[],
  survey: Survey,
): Check[] {
  if (agent.remote) return status === null ? [] : toldManagers(status.managers);
  return managerChecks(found, new Set(survey.devices.map(({ info }) => info.family)), facts.agentProcess?.pid ?? null);
}

/**
 * Looks at everything that stands between a cluster and lower clocks, and says what to do about it. Reads only: nothing
 * is locked, started or changed.
 */
export async function diagnose(ports: DoctorPorts, options: DoctorOptions, header: Header, signal: AbortSignal): Promise<Diagnosis> {
  const [facts, found, answer] = await Promise.all([
    ports.facts(),
    ports.agent.remote ? Promise.resolve([]) : ports.managers(),
    askAgent(ports.agent),
  ]);
  signal.throwIfAborted();
  const survey = await surveyOf(ports, answer, options.watchMs);
  signal.throwIfAborted();
  const gpus = gpusOf(survey).length;
  const emulated = ports.cluster?.cluster.engine.kind === 'emulated';
  const infos = survey.devices.map(({ info }) => info);
  const checks = [
    ...machineChecks(facts, gpus),
    ...driverChecks(survey, facts, !emulated && !(ports.agent.remote && answer.status === null), options.namedFamilies),
    ...deviceChecks(survey, ports.ownerOf),
    ...(await agentChecks(ports.agent, answer, facts, gpus)),
    ...managersOf(ports, answer, facts, found, survey),
    ...(ports.cluster === null ? [] : await clusterChecks(ports.cluster, infos, signal)),
  ];
  return {
    schemaVersion: 1,
    kind: 'doctor',
    ...header,
    evidence: 'measured',
    node: answer.status?.node ?? facts.node,
    agent: answer.status === null ? null : ports.agent.address,
    cluster: ports.cluster?.cluster.name ?? null,
    devices: infos.map(described),
    managers: found,
    checks,
    counts: countsOf(checks),
    exitCode: exitCodeOf(checks),
  };
}
