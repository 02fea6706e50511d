import { expect } from 'chai';
import { Account } from '../../../../src/telemetry/accounting/accounts.ts';
import { DomainLedger, IDLE_WINDOW_MS } from '../../../../src/telemetry/accounting/domain-ledger.ts';

const accounts = (): [Account, Account] => [new Account({ model: 'm', tenant: 'a' }), new Account({ model: 'm', tenant: 'b' })];
const prompt = (account: Account, promptTokens: number, sentMs: number) => ({ account, promptTokens, sentMs });

describe('domain ledger', () => {
  it('splits the dynamic part by tokens produced in the interval, the idle part by tokens of the last minute', () => {
    const [a, b] = accounts();
    const ledger = new DomainLedger();
    ledger.metered(1000, 0, 40);
    ledger.cell(a).tokens += 30;
    ledger.cell(b).tokens += 10;
    ledger.metered(1200, 1000, 40);
    expect([a.dynamicJ, b.dynamicJ, a.idleJ, b.idleJ]).to.deep.equal([120, 40, 30, 10]);
    ledger.cell(b).tokens += 40;
    ledger.metered(1400, 2000, 40);
    expect([a.dynamicJ, b.dynamicJ]).to.deep.equal([120, 200]);
    // 30 of 80 tokens of the window are still a's.
    expect(a.idleJ).to.be.closeTo(45, 1e-9);
    expect(b.idleJ).to.be.closeTo(35, 1e-9);
  });

  it('an idle engine is paid by who used it lately, then by nobody', () => {
    const [a] = accounts();
    const ledger = new DomainLedger();
    ledger.metered(0, 0, 50);
    ledger.cell(a).tokens += 1;
    ledger.metered(100, 1000, 50);
    ledger.metered(150, 2000, 50);
    expect([a.dynamicJ, a.idleJ, ledger.unusedJ]).to.deep.equal([50, 100, 0]);
    ledger.metered(150 + 50 * 59, 1000 + IDLE_WINDOW_MS, 50);
    expect([a.idleJ, ledger.unusedJ]).to.deep.equal([100, 50 * 59]);
  });

  it('a prompt across the border of intervals is charged in each by the time that it ran there', () => {
    const [a, b] = accounts();
    const ledger = new DomainLedger();
    ledger.metered(0, 0, null);
    const [first, second] = [prompt(a, 1000, 0), prompt(b, 1000, 100)];
    ledger.prefillSent(first);
    ledger.prefillSent(second);
    ledger.prefillLeft(first, true, 500);
    ledger.metered(100, 1000, null);
    // b runs from 500 on: what the first interval cost is known only when b is done.
    expect([a.dynamicJ, b.dynamicJ, ledger.unsettledJ]).to.deep.equal([0, 0, 100]);
    ledger.prefillLeft(second, true, 1500);
    ledger.metered(200, 2000, null);
    // 1000 tokens of a and 500 of b, then 500 of b alone.
    expect(a.dynamicJ).to.be.closeTo(200 / 3, 1e-9);
    expect(b.dynamicJ).to.be.closeTo(100 / 3 + 100, 1e-9);
    expect(ledger.unsettledJ).to.equal(0);
  });

  it('prompts that end together were computed together', () => {
    const [a, b] = accounts();
    const ledger = new DomainLedger();
    ledger.metered(0, 0, null);
    const [first, second] = [prompt(a, 300, 0), prompt(b, 100, 0)];
    for (const one of [first, second]) ledger.prefillSent(one);
    ledger.prefillLeft(first, true, 1800);
    ledger.prefillLeft(second, true, 1800.4);
    ledger.metered(50, 1000, null);
    ledger.metered(100, 2000, null);
    expect(a.dynamicJ).to.be.closeTo(75, 0.1);
    expect(b.dynamicJ).to.be.closeTo(25, 0.1);
  });

  it('a prompt that gives up in the queue costs nothing, one that was being computed does', () => {
    const [a, b] = accounts();
    const ledger = new DomainLedger();
    ledger.metered(0, 0, null);
    const [running, waiting] = [prompt(a, 1000, 0), prompt(b, 9000, 1)];
    for (const one of [running, waiting]) ledger.prefillSent(one);
    ledger.prefillLeft(waiting, false, 200);
    ledger.prefillLeft(running, false, 300);
    ledger.metered(80, 1000, null);
    expect([a.dynamicJ, b.dynamicJ, ledger.unusedJ]).to.deep.equal([80, 0, 0]);
  });

  it('nothing across a reset of the meter is charged, and the next interval is right again', () => {
    const [a] = accounts();
    const ledger = new DomainLedger();
    ledger.metered(9000, 0, null);
    ledger.cell(a).tokens += 5;
    ledger.metered(10, 1000, null);
    ledger.cell(a).tokens += 5;
    ledger.metered(60, 2000, null);
    expect([a.dynamicJ, ledger.meteredJ, ledger.resets]).to.deep.equal([50, 50, 1]);
  });

  it('a reading that is not newer changes nothing', () => {
    const [a] = accounts();
    const ledger = new DomainLedger();
    ledger.metered(0, 1000, null);
    ledger.cell(a).tokens += 5;
    ledger.metered(70, 1000, null);
    ledger.metered(100, 2000, null);
    expect(a.dynamicJ).to.equal(100);
  });
});
