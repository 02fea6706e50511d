import { expect } from 'chai';
import fc from 'fast-check';
import { type EnergyBooks, EnergyLedger } from '../../../src/telemetry/accounting/energy-ledger.ts';
import type { SentPrompt } from '../../../src/telemetry/accounting/prefill-spans.ts';

/** One thing that happens `afterMs` later; requests end in any order, some never. */
type Step = { readonly afterMs: number } & (
  | { readonly kind: 'send'; readonly who: number; readonly promptTokens: number }
  | { readonly kind: 'leave'; readonly which: number; readonly finished: boolean }
  | { readonly kind: 'token'; readonly who: number; readonly tokens: number }
  | { readonly kind: 'read'; readonly powerW: number; readonly idleW: number | null; readonly reset: boolean }
);

const after = { afterMs: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 2000, noNaN: true }), fc.constant(90_000)) };
const who = fc.nat(4);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ ...after, kind: fc.constant('send' as const), who, promptTokens: fc.nat(9000) }),
  fc.record({ ...after, kind: fc.constant('leave' as const), which: fc.nat(30), finished: fc.boolean() }),
  fc.record({ ...after, kind: fc.constant('token' as const), who, tokens: fc.nat(64) }),
  fc.record({
    ...after,
    kind: fc.constant('read' as const),
    powerW: fc.double({ min: 0, max: 1000, noNaN: true }),
    idleW: fc.option(fc.double({ min: 0, max: 300, noNaN: true })),
    reset: fc.boolean(),
  }),
);

interface World {
  readonly books: EnergyBooks;
  /** What the meter counted between readings, resets left out. */
  readonly meterJ: number;
  readonly resets: number;
}

/** @param onRead called after each reading */
const live = (steps: readonly Step[], resets: boolean, onRead: (books: EnergyBooks) => void = () => undefined): World => {
  const ledger = new EnergyLedger({ weightsOf: () => ({ prefill: 0.1, decode: 2 }) });
  const domain = ledger.domain('gpu');
  const account = (tenant: number) => ledger.account({ model: 'm', tenant: `t${tenant}` });
  const sent: SentPrompt[] = [];
  let [nowMs, lastMs, energyJ, meterJ, resetCount] = [0, -1, 5000, 0, 0];
  for (const one of steps) {
    nowMs += one.afterMs;
    if (one.kind === 'send') {
      sent.push({ account: account(one.who), promptTokens: one.promptTokens, sentMs: nowMs });
      domain.prefillSent(sent.at(-1)!);
    } else if (one.kind === 'leave' && sent.length > 0) domain.prefillLeft(sent[one.which % sent.length]!, one.finished, nowMs);
    else if (one.kind === 'token') domain.cell(account(one.who)).tokens += one.tokens;
    else if (one.kind === 'read' && nowMs > lastMs) {
      const usedJ = lastMs < 0 ? 0 : (one.powerW * (nowMs - lastMs)) / 1000;
      const isReset = resets && one.reset && energyJ > 0 && lastMs >= 0;
      if (isReset) resetCount++;
      else meterJ += usedJ;
      energyJ = isReset ? energyJ / 2 : energyJ + usedJ;
      domain.metered(energyJ, nowMs, one.idleW);
      lastMs = nowMs;
      onRead(ledger.books());
    }
  }
  return { books: ledger.books(), meterJ, resets: resetCount };
};

const attributedJ = ({ accounts }: EnergyBooks): number => accounts.reduce((sum, { dynamicJ, idleJ }) => sum + dynamicJ + idleJ, 0);
const close = (one: number, other: number): boolean => Math.abs(one - other) <= 1e-9 * Math.max(1, Math.abs(one), Math.abs(other));
const histories = fc.array(step, { maxLength: 80 });

describe('energy ledger', () => {
  it('every joule of the meter is in one account, unused or unsettled, whatever happens', () => {
    fc.assert(
      fc.property(histories, fc.boolean(), (steps, withResets) => {
        const { books, meterJ, resets } = live(steps, withResets);
        expect(close(books.meteredJ, meterJ), `${books.meteredJ} metered, ${meterJ} drawn`).to.equal(true);
        const bookedJ = attributedJ(books) + books.unusedJ + books.unsettledJ;
        expect(close(bookedJ, books.meteredJ), `${bookedJ} booked of ${books.meteredJ}`).to.equal(true);
        expect(books.resets).to.equal(resets);
      }),
      { numRuns: 500 },
    );
  });

  it('accounts only grow: they are counters', () => {
    fc.assert(
      fc.property(histories, (steps) => {
        let [before, unused] = [new Map<string, number>(), 0];
        live(steps, true, (books) => {
          for (const { tenant, dynamicJ, idleJ } of books.accounts) {
            expect(dynamicJ).to.be.at.least(before.get(`${tenant}d`) ?? 0);
            expect(idleJ).to.be.at.least(before.get(`${tenant}i`) ?? 0);
          }
          expect(books.unusedJ).to.be.at.least(unused);
          unused = books.unusedJ;
          before = new Map(
            books.accounts.flatMap(({ tenant, dynamicJ, idleJ }) => [[`${tenant}d`, dynamicJ] as const, [`${tenant}i`, idleJ] as const]),
          );
        });
      }),
    );
  });

  it('nothing stays unsettled for long: two minutes after the last prompt everything is charged', () => {
    fc.assert(
      fc.property(histories, (steps) => {
        const read = (afterMs: number): Step => ({ kind: 'read', afterMs, powerW: 100, idleW: 50, reset: false });
        const { books } = live([...steps, read(1), read(120_000), read(120_000)], false);
        // The last interval itself may still wait for a prompt that never ends.
        expect(books.unsettledJ).to.be.at.most(12_000 * (1 + 1e-9));
      }),
    );
  });

  it('whoever did nothing is charged nothing', () => {
    fc.assert(
      fc.property(histories, (steps) => {
        const others = steps.filter((one) => one.kind === 'leave' || one.kind === 'read' || one.who !== 0);
        const { books } = live(others, false);
        expect(books.accounts.some(({ tenant }) => tenant === 't0')).to.equal(false);
      }),
    );
  });
});
