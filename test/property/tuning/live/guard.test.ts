import { expect } from 'chai';
import fc from 'fast-check';
import type { LiveFault, LiveObservation, LiveOrders, RolloutStage, Treatment } from '../../../../src/domain/live-tuning.ts';
import type { EngineRole } from '../../../../src/domain/instance.ts';
import { createGuard, type Guard } from '../../../../src/tuning/live/guard.ts';
import { GUARD_DEFAULTS, PACES, POLICY_TARGETS } from '../../../../src/tuning/live/options.ts';

const KINDS: LiveFault['kind'][] = [
  'telemetry-silent',
  'driver-failed',
  'lease-lost',
  'predictor-invalid',
  'profile-mismatch',
  'engine-stalled',
  'gateway-restarted',
  'traffic-unseen',
];
const ROLES: EngineRole[] = ['prefill', 'decode', 'aggregated'];
/** Small windows and needs, so that a few looks go a long way. */
const HASTY = {
  ...PACES.quick,
  stages: {
    shadow: { leastS: 1, requests: 5 },
    canary: { leastS: 1, requests: 10 },
    tenth: { leastS: 1, requests: 10 },
    half: { leastS: 1, requests: 10 },
  },
  tolerance: 0.3,
  holdS: 20,
  settleS: 0,
  margins: { ...GUARD_DEFAULTS.margins, requests: 20 },
};
const DOMAINS = ROLES.flatMap((role) => Array.from({ length: role === 'decode' ? 12 : 4 }, (_, i) => ({ id: `${role[0]!}${i}`, role })));

const seldom = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.oneof({ weight: 15, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });

const turns = fc.array(
  fc.record({
    afterMs: fc.constantFrom(50, 500, 2000, 2000, 2000, 20_000, 400_000, -1000),
    /** Of twenty domains. */
    present: seldom(fc.integer({ min: 0, max: 2 ** 20 - 1 })),
    requests: fc.constantFrom(0, 20, 60, 60),
    missEvery: fc.constantFrom(0, 0, 0, 0, 0, 0, 20, 2),
    fault: seldom(fc.tuple(fc.constantFrom(...KINDS), fc.constantFrom(null, 'p0', 'd0', 'd1', 'a0'))),
    kill: fc.integer({ min: 0, max: 30 }).map((draw) => draw === 0),
    resume: fc.boolean(),
    signal: fc.constantFrom(undefined, null, 100, 400, NaN),
  }),
  { minLength: 5, maxLength: 60 },
);
type Plan = typeof turns extends fc.Arbitrary<infer T> ? T : never;

interface Step {
  readonly seen: LiveObservation;
  readonly before: LiveOrders | null;
  readonly after: LiveOrders;
}

function requestsOf(
  { requests, missEvery }: Plan[number],
  nowMs: number,
  domains: LiveObservation['domains'],
): LiveObservation['finished'] {
  if (domains.length === 0) return [];
  const of = (i: number): string => domains[i % domains.length]!.id;
  return Array.from({ length: requests }, (_, i) => {
    const met = missEvery === 0 || i % missEvery !== 0;
    return { arrivalMs: nowMs - 10, endMs: nowMs, prefillDomain: of(i), decodeDomain: of(i + 1), ttftMet: met, itlMet: met || i % 3 > 0 };
  });
}

/** Plays a plan; what follows the plan's own time may not run backwards. */
function play(plan: Plan, guard: Guard = createGuard({ slo: { ttftMs: 1000, itlMs: 50 }, sloTarget: 0.9, ...HASTY })): Step[] {
  const steps: Step[] = [];
  let nowMs = 0;
  let domains: LiveObservation['domains'] = DOMAINS;
  for (const turn of plan) {
    nowMs += turn.afterMs;
    if (turn.present !== null) domains = DOMAINS.filter((_, i) => (turn.present! >> i) % 2 === 1);
    if (turn.resume) guard.resume('property');
    const faults = turn.fault ? [{ kind: turn.fault[0], domain: turn.fault[1], text: 'seen' }] : [];
    const signal = turn.signal === undefined ? {} : { signal: turn.signal };
    const seen = {
      nowMs,
      domains,
      finished: requestsOf(turn, nowMs, domains),
      work: [],
      faults,
      kill: turn.kill ? 'said so' : null,
      ...signal,
    };
    steps.push({ seen, before: steps.at(-1)?.after ?? null, after: guard.look(seen) });
  }
  return steps;
}

const every = (check: (steps: Step[]) => void): void =>
  fc.assert(
    fc.property(turns, (plan) => check(play(plan))),
    { numRuns: 60, seed: 20 },
  );
const governed = ({ treatments }: LiveOrders): string[] => [...treatments].filter(([, its]) => its === 'governed').map(([id]) => id);
const plain = (treatments: ReadonlyMap<string, Treatment>): [string, Treatment][] => [...treatments];
const NEXT: Record<RolloutStage, RolloutStage[]> = {
  shadow: ['canary', 'killed'],
  canary: ['tenth', 'half', 'all', 'held', 'shadow', 'killed'],
  tenth: ['half', 'all', 'held', 'shadow', 'killed'],
  half: ['all', 'held', 'shadow', 'killed'],
  all: ['held', 'shadow', 'killed'],
  held: ['canary', 'shadow', 'killed'],
  killed: ['shadow'],
};

describe('properties of the guard', () => {
  it('reach every stage, or they would prove nothing', () => {
    const reached = new Set<RolloutStage>();
    every((steps) => steps.forEach(({ after }) => reached.add(after.stage)));
    expect([...reached].sort()).to.deep.equal(['all', 'canary', 'half', 'held', 'killed', 'shadow', 'tenth']);
  });

  it('nothing is governed while killed, held or in shadow, and no domain with a fault ever', () => {
    every((steps) => {
      for (const { seen, after } of steps) {
        if (['killed', 'held', 'shadow'].includes(after.stage)) expect(governed(after)).to.deep.equal([]);
        for (const { domain } of seen.faults) if (domain !== null) expect(governed(after)).to.not.include(domain);
        if (seen.faults.some(({ domain }) => domain === null)) expect(governed(after)).to.deep.equal([]);
        if (seen.kill !== null) expect(after.stage).to.equal('killed');
      }
    });
  });

  it('every domain that is there is treated, and no other', () => {
    every((steps) => {
      for (const { seen, after } of steps)
        expect([...after.treatments.keys()].sort()).to.deep.equal(seen.domains.map(({ id }) => id).sort());
    });
  });

  it('stage, treatments and tunables change only with an audit entry that says why', () => {
    every((steps) => {
      for (const { before, after } of steps) {
        for (const { text } of after.audit) expect(text.length).to.be.above(10);
        if (after.audit.length > 0 || before === null) continue;
        expect(after.stage).to.equal(before.stage);
        expect(plain(after.treatments)).to.deep.equal(plain(before.treatments));
        expect(after.tunables).to.deep.equal(before.tunables);
      }
    });
  });

  it('stages come in their order, and a breach puts every domain to the highest clock in that very look', () => {
    every((steps) => {
      for (const { before, after } of steps) {
        if (before && after.stage !== before.stage) expect(NEXT[before.stage], before.stage).to.include(after.stage);
        if (after.audit.some(({ event }) => event === 'breach' || event === 'halt')) expect(after.stage).to.equal('held');
        if (after.stage === 'held' || after.stage === 'killed')
          expect([...after.treatments.values()].every((its) => its === 'control')).to.equal(true);
      }
    });
  });

  it('targets stay within the promise and move by their steps, or back to what they were', () => {
    const { stepUp, stepDown, least } = GUARD_DEFAULTS.margins;
    const targets = ({ tunables }: LiveOrders): number[] => [
      tunables.itlTarget ?? POLICY_TARGETS.itlTarget,
      tunables.ttftTarget ?? POLICY_TARGETS.ttftTarget,
    ];
    every((steps) => {
      for (const { before, after } of steps) {
        for (const target of targets(after)) expect(target).to.be.within(least * (1 - GUARD_DEFAULTS.thrift.latencySpan), 1);
        expect(after.tunables.thrift).to.be.within(0, 1);
        if (!before || after.audit.some(({ event }) => event === 'rollback' || event === 'signal')) continue;
        targets(after).forEach((target, i) => {
          expect(target - targets(before)[i]!).to.be.at.most(stepUp + 1e-9);
          expect(targets(before)[i]! - target).to.be.at.most(stepDown + 1e-9);
        });
      }
    });
  });

  it('the same observations give the same orders', () => {
    fc.assert(
      fc.property(turns, (plan) => {
        const [one, other] = [play(plan), play(plan)];
        expect(one.map(({ after }) => after)).to.deep.equal(other.map(({ after }) => after));
      }),
      { numRuns: 20, seed: 21 },
    );
  });
});
