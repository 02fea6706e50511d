/**
 * A process that holds one domain as a gateway does: acquires, locks, renews. `node holder.js SOCKET DOMAIN DEVICE CLOCK_MHZ TTL_MS HEARTBEAT_MS`.
 * Prints one line of JSON when it holds the lock, one when it has lost it, and one for each late command that was refused.
 */
import { createAgentCustodian } from '../../../src/adapters/clocks/agent/custodian.ts';
import { realTime } from '../../../src/adapters/host/real-time.ts';
import { megahertz } from '../../../src/domain/units.ts';

const [socket, domain, device, clock, ttl, heartbeat] = process.argv.slice(2) as [string, string, string, string, string, string];
const say = (what: object): void => void process.stdout.write(`${JSON.stringify(what)}\n`);
const codeOf = (error: unknown): string => (error as { code?: string }).code ?? String(error);

const custodian = createAgentCustodian({ address: `unix:${socket}`, time: realTime() });
const claim = await custodian.acquire({
  domain,
  devices: [device],
  holder: `holder-${process.pid}`,
  ttlMs: Number(ttl),
  identity: '',
});
await custodian.lock(claim, megahertz(Number(clock)));
say({ held: true });
let over = false;
setInterval(() => {
  if (over) return;
  custodian.renew(claim).catch((error: unknown) => {
    if (codeOf(error) !== 'LEASE_LOST') return;
    over = true;
    // Whoever was stopped and goes on does not know yet that it holds nothing any more.
    custodian.lock(claim, megahertz(Number(clock))).then(
      () => say({ lateLock: 'accepted' }),
      (late: unknown) => say({ lateLock: codeOf(late) }),
    );
  });
}, Number(heartbeat));
