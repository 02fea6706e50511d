import type { IncomingMessage } from 'node:http';
import type { PeerCertificate, TLSSocket } from 'node:tls';
import { VoltanaError } from '../../domain/errors.ts';
import type { AgentTcp } from '../../domain/agent.ts';
import type { Caller } from './caller.ts';
import type { Identify } from './desk.ts';
import { Refusal } from './refusal.ts';

const SAN_ENTRY = /(?:^|, )(?:DNS|URI|email):(?:"((?:[^"\\]|\\.)*)"|([^,]*))/g;

/** What a certificate says its owner is called: the common name, then its other names. */
const namesIn = ({ subject, subjectaltname = '' }: Pick<PeerCertificate, 'subject' | 'subjectaltname'>): string[] => {
  const common = (subject as Partial<PeerCertificate['subject']> | undefined)?.CN;
  const others = [...subjectaltname.matchAll(SAN_ENTRY)].map(([, quoted, plain]) => quoted ?? plain ?? '');
  return [...(common === undefined ? [] : [common].flat()), ...others].filter((name) => name !== '');
};

const unknown = (names: readonly string[]): Refusal =>
  new Refusal(
    403,
    new VoltanaError('NOT_PERMITTED', `this agent does not know ${names[0] === undefined ? 'a client without a name' : `"${names[0]}"`}`, {
      hint: 'Have its operator add the name of your certificate to listen.tcp.holders or listen.tcp.operators.',
    }),
  );

/** Who a client is by its certificate, which TLS has checked already. */
export const identifyByCertificate = ({ holders = [], operators = [] }: Pick<AgentTcp, 'holders' | 'operators'>): Identify => {
  const callerOf = (request: IncomingMessage): Caller => {
    const names = namesIn((request.socket as TLSSocket).getPeerCertificate());
    const operator = names.find((name) => operators.includes(name));
    if (operator !== undefined) return { identity: `certificate ${operator}`, role: 'operator' };
    const holder = names.find((name) => holders.includes(name));
    if (holder === undefined) throw unknown(names);
    return { identity: `certificate ${holder}`, role: 'holder' };
  };
  const known = new WeakMap<object, Caller>();
  return (request) => {
    const caller = known.get(request.socket) ?? callerOf(request);
    known.set(request.socket, caller);
    return caller;
  };
};
