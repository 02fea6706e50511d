import { VoltanaError } from '../../../domain/errors.ts';

/** Where an agent listens: a Unix socket, or an https origin. */
export type AgentAddress = { readonly kind: 'unix'; readonly path: string } | { readonly kind: 'https'; readonly origin: string };

const HINT = 'Write unix:/path/to/agent.sock for an agent of this machine, or https://host:port.';

const originOf = (address: string): AgentAddress => {
  const url = tryUrl(address);
  if (url === null || url.protocol !== 'https:' || url.host === '' || url.pathname !== '/' || url.search !== '' || url.username !== '')
    throw new VoltanaError('BAD_VALUE', `"${address}" is no address of an agent`, { hint: HINT });
  return { kind: 'https', origin: url.origin };
};

const tryUrl = (text: string): URL | null => {
  try {
    return new URL(text);
  } catch {
    return null;
  }
};

/** @throws VoltanaError BAD_VALUE; plain http is refused, too: clocks and tokens do not travel in the open */
export const parseAddress = (address: string): AgentAddress => {
  if (address.startsWith('http:'))
    throw new VoltanaError('BAD_VALUE', `"${address}" is not encrypted: agents are asked over https or a Unix socket only`, { hint: HINT });
  const path = address.startsWith('unix:') ? address.slice('unix:'.length).replace(/^\/\/(?=\/)/, '') : address;
  if (path.startsWith('/')) return { kind: 'unix', path };
  if (address.startsWith('unix:')) throw new VoltanaError('BAD_VALUE', `"${address}" needs a path from the root`, { hint: HINT });
  return originOf(address);
};
