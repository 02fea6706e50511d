import { randomBytes } from 'node:crypto';
import { ClockCustody } from '../../../src/custody/clock-custody.ts';
import type { Devices } from '../../../src/ports/devices.ts';
import type { Time } from '../../../src/ports/time.ts';
import { memoryJournal } from '../../fixtures/custody/memory-journal.ts';

/** A custodian in this process that allows everything. */
export async function custodyOver(
  devices: readonly Devices[],
  time: Time,
): Promise<{ custody: ClockCustody; stop: () => Promise<unknown> }> {
  const custody = new ClockCustody({
    devices,
    journal: memoryJournal(),
    time,
    wallMs: () => Date.now(),
    node: 'bench',
    newKey: () => randomBytes(16).toString('base64url'),
    bounds: { maxSlowdownsPerS: 1e9, allowPowerLimit: false, ttlMs: [1, 1e9] },
    allowed: 'all',
    restoreTo: 'default',
    spreadMs: 0,
    allowShared: 'none',
    managers: () => Promise.resolve([]),
    ignoredManagers: [],
    audit: () => undefined,
    processTree: () => Promise.resolve(new Map()),
  });
  await custody.start();
  return { custody, stop: () => custody.stop() };
}
