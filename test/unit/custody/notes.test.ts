import { expect } from 'chai';
import type { AuditEntry } from '../../../src/domain/custody.ts';
import { Notes } from '../../../src/custody/notes.ts';

describe('notes of a custodian', () => {
  let nowMs: number;
  let log: AuditEntry[];
  let notes: Notes;
  beforeEach(() => {
    nowMs = Date.UTC(2026, 10, 23, 12, 0, 0);
    log = [];
    notes = new Notes(
      (entry) => log.push(entry),
      () => nowMs,
    );
  });
  const refuse = (holder: string, detail = 'DRAINING'): void =>
    notes.audit({ verb: 'refuse', identity: 'uid 1000', holder, domain: 'p0', detail });

  it('writes the same refusal down once a minute, and every other one', () => {
    for (let second = 0; second < 59; second += 1) {
      refuse('gateway-a');
      nowMs += 1000;
    }
    expect(log).to.have.length(1);
    refuse('gateway-b');
    refuse('gateway-a', 'LEASE_HELD');
    expect(log).to.have.length(3);
    nowMs += 2000;
    refuse('gateway-a');
    expect(log).to.have.length(4);
  });

  it('writes everything else down, as often as it happens', () => {
    for (let i = 0; i < 5; i += 1) notes.audit({ verb: 'lock', identity: 'uid 1000', clockMhz: 1005 });
    expect(log).to.have.length(5);
  });

  it('warns with the moment, of the same thing once, and not of what is long past', () => {
    notes.warn('the disk is full');
    nowMs += 60_000;
    notes.warn('a GPU was reset');
    notes.warn('the disk is full');
    expect(notes.warnings).to.deep.equal(['12:01:00Z a GPU was reset', '12:01:00Z the disk is full']);
    nowMs += 14 * 60_000;
    notes.warn('another');
    nowMs += 2 * 60_000;
    expect(notes.warnings).to.deep.equal(['12:15:00Z another']);
  });

  it('keeps no more than a few warnings', () => {
    for (let i = 0; i < 100; i += 1) notes.warn(`warning ${i}`);
    expect(notes.warnings).to.have.length(20);
    expect(notes.warnings.at(-1)).to.include('warning 99');
  });
});
