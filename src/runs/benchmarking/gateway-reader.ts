import type { InstanceSnapshot, Snapshot } from '../../domain/snapshot.ts';
import { VoltanaError } from '../../domain/errors.ts';
import type { Time } from '../../ports/time.ts';
import { RemoteClock } from '../../statistics/remote-clock.ts';
import type { MeterLook, MeterReader } from './meter-reader.ts';

type Metered = InstanceSnapshot & { readonly energyJ: number; readonly powerW: number; readonly meteredAtMs: number };

const isMetered = (instance: InstanceSnapshot): instance is Metered =>
  instance.energyJ !== null && instance.powerW !== null && instance.meteredAtMs !== null;

const domainsOf = (snapshot: Snapshot): InstanceSnapshot[] =>
  [...new Map([...snapshot.instances].reverse().map((one) => [one.domain, one])).values()].reverse();

/** Whether a gateway counts the joules of all that it serves. */
export const meters = (snapshot: Snapshot): boolean => snapshot.instances.length > 0 && domainsOf(snapshot).every(isMetered);

/** Of a gateway that counts joules by itself nobody outside knows how: its sensors are taken to be as a GPU's are, 5 % off at most. */
const UNCERTAINTY_PCT = 5;

/** Somebody else's answer: what is not a number is not known. */
const requestsOf = ({ requests }: InstanceSnapshot): number | null => (Number.isFinite(requests) ? requests : null);

/** Reads the meters of a voltana gateway that runs elsewhere, through what it shows of itself. */
export function gatewayReader(ask: () => Promise<Snapshot>, time: Time): MeterReader {
  const clock = new RemoteClock();
  const lookOf = (instance: InstanceSnapshot): MeterLook => {
    if (!isMetered(instance)) throw new VoltanaError('ENGINE_FAILED', `the gateway has no reading of instance ${instance.id} any more`);
    return {
      instance: instance.domain,
      role: instance.role,
      atMs: clock.translate(instance.meteredAtMs),
      energyJ: instance.energyJ,
      powerW: instance.powerW,
      appliedMhz: instance.appliedMhz ?? 0,
      requests: requestsOf(instance),
      // What it asked for may be beyond a power cap, which it does not tell; a clock that somebody else moves is among its warnings.
      lockedMhz: null,
      limitedBy: null,
    };
  };
  return {
    scope: 'gpu',
    async read() {
      const sentMs = time.nowMs();
      const snapshot = await ask();
      clock.observe(snapshot.atMs, snapshot.atMs, sentMs, time.nowMs());
      return domainsOf(snapshot).map(lookOf);
    },
    method: () => Promise.resolve({ method: 'counter', uncertaintyPct: UNCERTAINTY_PCT }),
  };
}
