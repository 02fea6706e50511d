import { Flags } from '@oclif/core';
import { AGENT_SOCKET } from '../src/domain/agent-wire.ts';

/** Which agent, and how to prove who we are. */
export const agentFlags = {
  agent: Flags.string({
    description: `where the agent listens: unix:/path, or https://host:port [default: unix:${AGENT_SOCKET}]`,
    helpValue: 'ADDRESS',
  }),
  'token-file': Flags.string({ description: 'file that holds the token for an agent on a port', helpValue: 'FILE' }),
  'ca-file': Flags.string({ description: "CA that has signed the agent's certificate [default: the system's]", helpValue: 'FILE' }),
  'cert-file': Flags.string({ description: 'certificate to show the agent', helpValue: 'FILE', dependsOn: ['key-file'] }),
  'key-file': Flags.string({ description: 'its private key', helpValue: 'FILE', dependsOn: ['cert-file'] }),
};

type Given = Readonly<Partial<Record<keyof typeof agentFlags, string | undefined>>>;

export const askedAgent = (flags: Given) => ({
  address: flags.agent ?? `unix:${AGENT_SOCKET}`,
  tokenFile: flags['token-file'],
  caFile: flags['ca-file'],
  certFile: flags['cert-file'],
  keyFile: flags['key-file'],
});
