import { expect } from 'chai';
import { FleetControl, type ControlledInstance } from '../../../src/control/fleet-control.ts';
import { ObservedFleet } from '../../../src/control/observed-fleet.ts';
import { READINGS_TO_TRIP } from '../../../src/control/reconcile.ts';
import type { EnergyReading } from '../../../src/domain/clock.ts';
import type { InstanceSnapshot } from '../../../src/domain/snapshot.ts';
import { createGovernor } from '../../../src/governing/registry.ts';
import { noPredictor } from '../../../src/prediction/no-predictor.ts';
import { createRouting } from '../../../src/routing/registry.ts';
import { parseExposition, valueIn } from '../../fixtures/exposition.ts';
import { NO_GAUGES } from '../../fixtures/loads.ts';
import { fullScrape } from '../../fixtures/scrape.ts';
import { instanceSnapshot, snapshot } from '../../fixtures/tui/snapshots.ts';
import { predictorOf } from '../../fixtures/world/loads.ts';

const TABLE = Array.from({ length: 81 }, (_, i) => 210 + 15 * i);
const controlled = (id: string, over: Partial<ControlledInstance> = {}): ControlledInstance => ({
  id,
  role: id.startsWith('p') ? 'prefill' : 'decode',
  gpuCount: 1,
  supportedMhz: TABLE,
  startMhz: 1410,
  predictor: predictorOf(id),
  ...over,
});
const SLO = { ttftMs: 1000, itlMs: 50 };
const observed = (instances: readonly ControlledInstance[] = [controlled('p0'), controlled('d0')]) => {
  const governor = createGovernor('fixed', { fixedMhz: { prefill: 900, decode: 900 } });
  const routing = createRouting('least-requests');
  const fleet = new FleetControl({ instances, slo: SLO, governor, routing, maxTransitionsPerS: 10, dwellMs: 0 });
  return { fleet, watch: new ObservedFleet({ fleet, instances, slo: SLO, version: '1', epoch: 'e' }) };
};
const reading = (domain: string, energyJ: number, atMs: number): EnergyReading => ({
  domain,
  energyJ,
  powerW: 100,
  atMs,
  source: 'counter',
  uncertaintyPct: 5,
});
const { process: figures } = fullScrape();
const scraped = (watch: ObservedFleet, instances: readonly InstanceSnapshot[]) =>
  parseExposition(watch.render(snapshot({ instances, atMs: 1000 }), figures!));
const kindsOf = (watch: ObservedFleet): string[] => watch.events.after(0).events.map(({ event }) => event.kind);

describe('observed fleet', () => {
  it('accuses nobody of tokens that it has only guessed, badly; of requests it does', () => {
    const { watch } = observed();
    const told = (nowMs: number, gauges: object) => watch.reconcile('p0', { ...NO_GAUGES, ...gauges }, nowMs);
    const guessed = (id: string, promptTokens: number, counted: number): void => {
      const request = watch.requests.arrived({ id, model: 'm', tenant: 't', arrivalMs: 0, promptTokens, estimated: true });
      request.routed('p0', 'd0', 1);
      request.tokens(1, 2);
      request.ended('completed', 3, { promptTokens: counted, outputTokens: 1 });
    };
    for (let i = 0; i < 30; i++) guessed(`bad-${i}`, 100, 200);
    for (let i = 0; i < 3 * READINGS_TO_TRIP; i++) expect(told(1000 * i, { promptTokensTotal: 10_000 * i }).trusted).to.equal(true);
    for (let i = 0; i < 60; i++) guessed(`good-${i}`, 100, 101);
    for (let i = 0; i < 3 * READINGS_TO_TRIP; i++) told(100_000 + 1000 * i, { promptTokensTotal: 1_000_000 + 10_000 * i });
    expect(told(200_000, { promptTokensTotal: 2_000_000 }).trusted, 'unseen traffic, once lengths are known').to.equal(false);
  });

  it('holds a domain at its maximum clock while its engine runs unseen traffic, says so, and lets go again', () => {
    const { fleet, watch } = observed();
    const evaluated = (nowMs: number): number => {
      const command = fleet.evaluate('d0', nowMs);
      if (command) fleet.control('d0').applied(command.clockMhz, nowMs);
      return fleet.control('d0').askedMhz;
    };
    expect(evaluated(0)).to.equal(900);
    for (let i = 0; i < READINGS_TO_TRIP; i++) watch.reconcile('d0', { ...NO_GAUGES, running: 30, waiting: 0 }, 1000 * i);
    expect(evaluated(20_000)).to.equal(1410);
    expect(fleet.control('d0').lastReason).to.equal('the engine counts 30 requests, the gateway 0: traffic that did not come through here');
    for (let i = 0; i < READINGS_TO_TRIP; i++) watch.reconcile('d0', { ...NO_GAUGES, running: 0, waiting: 0 }, 30_000 + 1000 * i);
    expect(evaluated(50_000)).to.equal(900);
    const trusted = watch.events.after(0).events.map(({ event }) => (event.kind === 'reconciliation' ? event.trusted : null));
    expect(trusted).to.deep.equal([false, true]);
  });

  it('tells of changes once: clocks, health, leases, instances', () => {
    const { fleet, watch } = observed();
    const [p0, d0] = [instanceSnapshot('p0'), instanceSnapshot('d0')];
    watch.look(snapshot({ instances: [p0, d0] }), new Map([['d0', true]]), 0);
    expect(kindsOf(watch)).to.deep.equal([]);
    const command = fleet.evaluate('d0', 10)!;
    fleet.control('d0').applied(command.clockMhz, 10);
    const changed = snapshot({ instances: [{ ...d0, health: 'down' }, instanceSnapshot('d1')] });
    for (const nowMs of [20, 30]) watch.look(changed, new Map([['d0', false]]), nowMs);
    expect(watch.events.after(0).events.map(({ event }) => event)).to.deep.equal([
      { kind: 'instance', instance: 'p0', role: 'prefill', change: 'removed' },
      { kind: 'health', instance: 'd0', health: 'down', reason: 'its requests fail, or it says that it is not healthy' },
      { kind: 'instance', instance: 'd1', role: 'decode', change: 'added' },
      { kind: 'clock', domain: 'd0', atMs: 10, fromMhz: 1410, requestedMhz: 900, appliedMhz: 900, reason: fleet.control('d0').lastReason },
      { kind: 'lease', domain: 'd0', held: false, reason: "lost or refused: the driver's default clock holds" },
    ]);
    watch.look(snapshot({ instances: [d0, instanceSnapshot('d1')] }), new Map([['d0', true]]), 40);
    expect(kindsOf(watch).slice(5)).to.deep.equal(['health', 'lease']);
  });

  it('charges idle draw as the predictor knows it', () => {
    const { watch } = observed();
    const { idleW } = predictorOf('d0').predict({ batch: 0, tokens: 0 }, 1410);
    watch.metered(reading('d0', 0, 0));
    const request = watch.requests.arrived({ id: 'a', model: 'm', tenant: 't', arrivalMs: 0, promptTokens: 10, estimated: true });
    request.routed('p0', 'd0', 1);
    request.tokens(5, 100);
    watch.metered(reading('d0', 1000, 1000));
    const [{ dynamicJ, idleJ }] = watch.requests.ledger.books().accounts as unknown as [{ dynamicJ: number; idleJ: number }];
    expect(idleW).to.be.above(0);
    expect(idleJ).to.be.closeTo(idleW, 1e-9);
    expect(dynamicJ).to.be.closeTo(1000 - idleW, 1e-9);
  });

  it('renders what it knows: load at the maximum clock, trust, leases, decisions', () => {
    const { fleet, watch } = observed();
    fleet.arrive({ id: 'a', arrivalMs: 0, promptTokens: 1000 }, 0);
    fleet.dispatch(0);
    fleet.tracker.tokens('a', 1, 900);
    watch.decided('route', 0.02);
    const instances = [instanceSnapshot('p0'), instanceSnapshot('d0')];
    watch.look(snapshot({ instances }), new Map([['d0', true]]), 1000);
    const families = scraped(watch, instances);
    const load = valueIn(families, 'voltana_instance_clock_normalised_load_ratio', { engine: 'd0' });
    expect(load).to.be.above(0).and.below(0.1);
    expect(valueIn(families, 'voltana_domain_lease_held', { domain: 'd0' })).to.equal(1);
    expect(valueIn(families, 'voltana_instance_reconciled', { engine: 'p0' })).to.equal(1);
    expect(valueIn(families, 'voltana_decision_duration_seconds_count', { kind: 'route' })).to.equal(1);
  });

  it('says nothing of what nobody can predict, and charges all of it as dynamic', () => {
    const { watch } = observed([controlled('p0', { predictor: noPredictor }), controlled('d0', { predictor: noPredictor })]);
    watch.metered(reading('d0', 0, 0));
    watch.requests.arrived({ id: 'a', model: 'm', tenant: 't', arrivalMs: 0, promptTokens: 10, estimated: true }).routed('p0', 'd0', 1);
    watch.requests.ledger.domain('d0').cell(watch.requests.ledger.account({ model: 'm', tenant: 't' })).tokens++;
    watch.metered(reading('d0', 70, 1000));
    const families = scraped(watch, [instanceSnapshot('p0'), instanceSnapshot('d0')]);
    expect(families.has('voltana_instance_clock_normalised_load_ratio')).to.equal(false);
    expect(valueIn(families, 'voltana_energy_attributed_joules_total', { part: 'dynamic' })).to.equal(70);
  });

  it('reconciles both halves of an aggregated engine as one, and weighs their tokens by energy', () => {
    const halves = [controlled('p0', { id: 'a-prefill', domain: 'a' }), controlled('d0', { id: 'a-decode', domain: 'a' })];
    const { fleet, watch } = observed(halves);
    for (let i = 0; i < 8; i++) {
      fleet.arrive({ id: `r${i}`, arrivalMs: 0, promptTokens: 1000 }, 0);
      fleet.dispatch(0);
    }
    for (let i = 0; i < 10; i++) watch.reconcile('a', { ...NO_GAUGES, running: 8, waiting: 0 }, 1000 * i);
    expect(kindsOf(watch)).to.deep.equal([]);
    for (let i = 10; i < 20; i++) watch.reconcile('a', { ...NO_GAUGES, running: 40, waiting: 0 }, 1000 * i);
    expect(kindsOf(watch)).to.deep.equal(['reconciliation', 'reconciliation']);
    watch.metered(reading('a', 0, 0));
    const [one, other] = ['x', 'y'].map((tenant) =>
      watch.requests.arrived({ id: tenant, model: 'm', tenant, arrivalMs: 0, promptTokens: 100, estimated: true }),
    );
    one!.routed('a-prefill', 'a-decode', 10);
    one!.prefillDone(500);
    other!.routed('a-prefill', 'a-decode', 600);
    other!.ended('cancelled', 600);
    watch.requests.ledger.domain('a').cell(watch.requests.ledger.account({ model: 'm', tenant: 'y' })).tokens += 100;
    watch.metered(reading('a', 1000, 1000));
    const [x, y] = watch.requests.ledger.books().accounts;
    // A hundred tokens each: one produced costs more than one read.
    expect(y!.dynamicJ).to.be.above(2 * x!.dynamicJ);
  });

  it('forgets an instance that left, and scrapes on', () => {
    const { fleet, watch } = observed();
    watch.requests.placeOf('d0');
    fleet.retire('d0');
    expect(fleet.remove('d0')).to.equal(true);
    watch.remove('d0');
    watch.remove('d0');
    const families = scraped(watch, [instanceSnapshot('p0')]);
    expect(families.get('voltana_instance_requests')!.samples).to.have.length(1);
    expect(watch.reconcile('d0', { ...NO_GAUGES, running: 9 }, 0).trusted).to.equal(true);
  });
});
