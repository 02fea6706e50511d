import { expect } from 'chai';
import fc from 'fast-check';
import { VirtualTime } from '../../../src/adapters/host/virtual-time.ts';
import type { ClockCustody } from '../../../src/custody/clock-custody.ts';
import type { LeaseGrant } from '../../../src/domain/custody.ts';
import { VoltanaError } from '../../../src/domain/errors.ts';
import { megahertz } from '../../../src/domain/units.ts';
import { custodyOver } from '../../fixtures/custody/custody.ts';
import { MemoryJournal } from '../../fixtures/custody/memory-journal.ts';
import { MortalTime } from '../../fixtures/custody/mortal-time.ts';
import { ScriptedDevices } from '../../fixtures/custody/scripted-devices.ts';

const TTL_MS = 2000;
const SPREAD_MS = 500;
const DOMAINS = [['0', '1'], ['2'], ['1', '3']];

const domain = fc.nat(DOMAINS.length - 1);
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('acquire' as const), domain, holder: fc.constantFrom('a', 'b') }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('lock' as const), domain, clockMhz: fc.constantFrom(210, 690, 1170, 1410) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('renew' as const), domain }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('release' as const), domain }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(0, 1, 300, 1100, 2600) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('fail' as const),
      verb: fc.constantFrom('lock' as const, 'restore' as const, 'read' as const, 'before' as const, 'users' as const),
      code: fc.constantFrom('DEVICE_FAILED' as const, 'DEVICE_LOST' as const, 'NOT_PERMITTED' as const),
      device: fc.nat(3),
      times: fc.integer({ min: 1, max: 4 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('fill' as const), full: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restore' as const), names: fc.constantFrom([], ['1'], ['2']) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('drain' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('hold' as const), device: fc.nat(3), ms: fc.constantFrom(500, 3000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('kill' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** A node on which things happen, often several at once. */
class Node {
  readonly time = new VirtualTime();
  readonly journal = new MemoryJournal();
  readonly devices = new ScriptedDevices({ nowMs: () => this.time.nowMs() });
  readonly tokens: number[] = [];
  readonly problems: string[] = [];
  readonly #claims = new Map<number, LeaseGrant>();
  readonly #held = new Map<string, Promise<void>>();
  #mortal = new MortalTime(this.time);
  custody: ClockCustody = this.#next();

  constructor() {
    const { lock } = this.devices;
    this.devices.lock = async (id, clockMhz) => {
      const life = this.#mortal;
      await this.#held.get(id);
      // What a killed process had asked for never comes to it.
      if (life !== this.#mortal) return new Promise<never>(() => undefined);
      if (!this.journal.heldIds.includes(id)) this.problems.push(`${id} is locked and not written down`);
      return lock.call(this.devices, id, clockMhz);
    };
  }

  #next(): ClockCustody {
    const { custody } = custodyOver([this.devices], { time: this.#mortal, journal: this.journal, spreadMs: SPREAD_MS });
    return custody;
  }

  /** Started, and not waited for. */
  do(one: Step): void {
    void this.#do(one).catch((error: unknown) => {
      if (!(error instanceof VoltanaError)) this.problems.push(String(error));
    });
  }

  async #do(one: Step): Promise<unknown> {
    const claim = 'domain' in one ? this.#claims.get(one.domain) : undefined;
    switch (one.do) {
      case 'acquire': {
        const asked = { domain: `d${one.domain}`, devices: DOMAINS[one.domain]!, holder: one.holder, ttlMs: TTL_MS, identity: 'x' };
        const grant = await this.custody.acquire(asked);
        this.tokens.push(grant.token);
        return this.#claims.set(one.domain, grant);
      }
      case 'lock':
        return claim && (await this.#lock(claim, one.clockMhz));
      case 'renew':
        return claim && this.custody.renew(claim);
      case 'release':
        return claim && this.custody.release(claim);
      case 'fail':
        return this.devices.fail(one.verb, one.code, { id: this.devices.devices[one.device]!.id, times: one.times });
      case 'fill':
        return (this.journal.full = one.full);
      case 'restore':
        return this.custody.restore(one.names, 'root');
      case 'drain':
        return this.custody.drain('root').then(() => this.custody.resume('root'));
      case 'hold':
        return this.#held.set(this.devices.devices[one.device]!.id, this.time.sleep(one.ms));
      default:
        return undefined;
    }
  }

  /** What was answered as locked is locked, at that moment, by the only lease that lives. */
  async #lock(claim: LeaseGrant, clockMhz: number): Promise<void> {
    const { clock } = await this.custody.lock(claim, megahertz(clockMhz));
    if (clock.lockedMhz !== clockMhz) this.problems.push(`asked for ${clockMhz} MHz, got ${clock.lockedMhz}`);
  }

  async kill(): Promise<void> {
    await this.time.advance(0);
    this.#mortal.kill();
    this.#mortal = new MortalTime(this.time);
    this.custody = this.#next();
    await this.time.finish(this.custody.start()).catch(() => undefined);
  }

  /** Nobody asks for anything any more, and nothing is broken. */
  async settle(): Promise<void> {
    this.devices.heal();
    this.journal.full = false;
    await this.time.advance(TTL_MS + SPREAD_MS + 15_000);
  }
}

describe('clock custody, whatever happens', () => {
  it('writes down before it locks, gives no token twice, and in the end everything is given back', function () {
    this.timeout(60_000);
    return fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        const node = new Node();
        await node.time.finish(node.custody.start());
        for (const one of steps) {
          if (one.do === 'kill') await node.kill();
          else if (one.do === 'pass') await node.time.advance(one.ms);
          else node.do(one);
        }
        await node.settle();
        expect(node.problems).to.deep.equal([]);
        expect(node.devices.devices.map(({ lockedMhz }) => lockedMhz)).to.deep.equal([null, null, null, null]);
        expect(node.journal.heldIds).to.deep.equal([]);
        expect([...new Set(node.tokens)].sort((a, b) => a - b)).to.deep.equal(node.tokens);
        await node.time.finish(node.custody.stop());
        await node.time.advance(0);
        expect(node.time.armed).to.equal(0);
      }),
      { numRuns: 150 },
    );
  });
});
