import type { AgentRole } from '../../domain/agent-wire.ts';
import { VoltanaError } from '../../domain/errors.ts';

/** Who asks, as the transport tells; never as the asker says. */
export interface Caller {
  readonly identity: string;
  readonly role: AgentRole;
}

/** @throws VoltanaError NOT_PERMITTED */
export const assertMay = ({ identity, role }: Caller, needed: AgentRole, what: string): void => {
  if (needed === 'holder' || role === 'operator') return;
  throw new VoltanaError('NOT_PERMITTED', `${identity} may hold leases of this agent, but not ${what}`, {
    hint: 'Ask as an operator: as root on the node itself, or with a token or certificate that the agent knows as an operator.',
  });
};
