import type { CustodyStatus } from '../../domain/custody.ts';
import type { Check, HostFacts } from '../../domain/diagnosis.ts';
import { VoltanaError } from '../../domain/errors.ts';
import { failure, failureOf, ok, skipped, warning, warningOf, type CheckId } from './check.ts';
import { journalCheck } from './leftovers.ts';
import type { AskedAgent } from './ports.ts';

export type AgentAnswer =
  { readonly status: CustodyStatus; readonly problem: null } | { readonly status: null; readonly problem: VoltanaError };

/** Asks an agent how it is. */
export async function askAgent({ custodian }: AskedAgent): Promise<AgentAnswer> {
  try {
    return { status: await custodian.status(), problem: null };
  } catch (error) {
    if (error instanceof VoltanaError) return { status: null, problem: error };
    throw error;
  }
}

const START = 'Start it: sudo systemctl enable --now voltana-agent, or for a try: sudo voltana agent.';

/** Certificates and audit logs are read side by side; a second of a Date header is all that can be told. */
const MOST_SKEW_MS = 5000;

export function skewCheck(id: CheckId, who: string, skewMs: number | null): Check {
  if (skewMs === null) return skipped(id, `${who} does not tell its time`);
  const text = `the clock of ${who} is ${Math.abs(skewMs) < 1000 ? 'less than 1 s' : `${(Math.abs(skewMs) / 1000).toFixed(0)} s`} off`;
  if (Math.abs(skewMs) <= MOST_SKEW_MS) return ok(id, text);
  return warning(id, `${text}: logs do not fit together and certificates may be refused`, 'Keep both in time: timedatectl set-ntp true.');
}

function answerCheck({ address, named }: AskedAgent, { status, problem }: AgentAnswer, gpus: number): Check {
  const id = 'agent.answers';
  if (status !== null) {
    const { leases, node, epoch } = status;
    return ok(id, `${address} answers: node ${node}, started ${epoch} times, ${leases.length} leases`);
  }
  if (problem.code === 'NOT_PERMITTED' && !named) return warningOf(id, problem);
  if (named || problem.code !== 'NO_AGENT') return failureOf(id, problem);
  return gpus > 0
    ? warning(id, `no agent answers at ${address}`, START)
    : skipped(id, `no agent at ${address}, and no GPU that it could lend`);
}

const isLendable = ({ state }: CustodyStatus['devices'][number]): boolean => state !== 'refused' && state !== 'ceded';

/** Whether clocks may be set. Nothing is locked to find out. */
function permissionCheck({ status }: AgentAnswer, facts: HostFacts, gpus: number): Check {
  const id = 'agent.permission';
  if (status !== null) {
    const { devices } = status;
    if (devices.length === 0) return warning(id, 'the agent has no devices', 'Look at the drivers on its machine: voltana doctor there.');
    const refused = devices.filter((device) => !isLendable(device));
    const why = [...new Set(refused.map(({ problem }) => problem ?? 'it does not say why'))].join('; ');
    if (refused.length === 0) return ok(id, `the agent lends all of its ${devices.length} devices`);
    const text = `the agent lends ${devices.length - refused.length} of its ${devices.length} devices: ${why}`;
    const fix = 'voltana clocks status shows each; docs/safety.md says what each refusal means.';
    return refused.length === devices.length ? failure(id, text, fix, 4) : warning(id, text, fix);
  }
  if (gpus === 0) return skipped(id, 'no GPU to lock');
  if (facts.administers) return ok(id, 'this user may set clocks (nothing was locked to try)');
  return failure(
    id,
    'neither an agent nor this user may set clocks here',
    'Let an agent do it, as root: sudo voltana agent; nobody else needs to be root.',
    4,
  );
}

function drainCheck({ draining }: CustodyStatus): Check[] {
  if (!draining) return [];
  return [
    warning(
      'agent.draining',
      'the agent has been drained and lends nothing',
      'When the work is done: sudo voltana clocks restore --resume.',
    ),
  ];
}

function sandboxCheck({ agentProcess }: HostFacts): Check[] {
  if (agentProcess === null) return [];
  const { pid, uid, noNewPrivileges, filtered } = agentProcess;
  const missing = [...(noNewPrivileges ? [] : ['may gain privileges']), ...(filtered ? [] : ['has no filter of system calls'])];
  const id = 'agent.sandbox';
  if (missing.length === 0) return [ok(id, `process ${pid} (user ${uid}) can gain no privileges and has a filter of system calls`)];
  return [
    warning(
      id,
      `process ${pid} (user ${uid}) ${missing.join(' and ')}`,
      'Run it from the unit that ships: docs/examples/voltana-agent.service.',
    ),
  ];
}

const saidWarnings = ({ warnings }: CustodyStatus): Check[] =>
  warnings.map((text) =>
    warning('agent.warning', text, 'Its audit log tells more: /var/lib/voltana/audit.jsonl, or where its configuration puts it.'),
  );

/** The privileged process, and what it leaves behind when it is gone. */
export async function agentChecks(agent: AskedAgent, answer: AgentAnswer, facts: HostFacts, gpus: number): Promise<Check[]> {
  const { status } = answer;
  const local = agent.remote ? [] : [...sandboxCheck(facts), journalCheck(facts, status !== null)];
  return [
    answerCheck(agent, answer, gpus),
    permissionCheck(answer, facts, gpus),
    ...(status === null ? [] : [...drainCheck(status), ...saidWarnings(status)]),
    ...(status === null || !agent.remote ? [] : [skewCheck('agent.clock', agent.address, await agent.skewMs())]),
    ...local,
  ];
}
