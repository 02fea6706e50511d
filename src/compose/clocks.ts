import { createAgentCustodian, type AgentCustodian } from '../adapters/clocks/agent/custodian.ts';
import { realTime } from '../adapters/host/real-time.ts';
import type { CustodyStatus, RestoreReport } from '../domain/custody.ts';

/** An agent and how to prove who we are. */
export interface AskedAgent {
  readonly address: string;
  readonly tokenFile?: string | undefined;
  readonly caFile?: string | undefined;
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
}

const asking = async <Answer>(agent: AskedAgent, ask: (custodian: AgentCustodian) => Promise<Answer>): Promise<Answer> => {
  const custodian = createAgentCustodian({ ...agent, time: realTime() });
  try {
    return await ask(custodian);
  } finally {
    await custodian.close();
  }
};

/** What its agent says of a node's clocks, and its address as it is known. */
export const clocksOf = (agent: AskedAgent): Promise<{ readonly address: string; readonly status: CustodyStatus }> =>
  asking(agent, async (custodian) => ({ address: custodian.address, status: await custodian.status() }));

/** The agent knows who asks by itself. */
const SHOWN_BY_TRANSPORT = '';

export const restoreThrough = (agent: AskedAgent, devices: readonly string[]): Promise<RestoreReport> =>
  asking(agent, (custodian) => custodian.restore(devices, SHOWN_BY_TRANSPORT));

export const drainThrough = (agent: AskedAgent): Promise<RestoreReport> =>
  asking(agent, (custodian) => custodian.drain(SHOWN_BY_TRANSPORT));

export const resumeThrough = (agent: AskedAgent): Promise<void> => asking(agent, (custodian) => custodian.resume(SHOWN_BY_TRANSPORT));

/** Whether an agent, ours or not, is there. */
export const answersAt = (agent: AskedAgent): Promise<boolean> =>
  clocksOf(agent).then(
    () => true,
    (error: unknown) => (error as { readonly code?: string }).code !== 'NO_AGENT',
  );
