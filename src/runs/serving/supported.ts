import { domainOf, type LaunchedInstance } from '../../domain/instance.ts';
import type { FittedCards } from '../../domain/profile.ts';
import { clockTable } from '../../emulation/instance.ts';
import type { ClockDriver } from '../../ports/clock-driver.ts';

/** Of clocks that nobody knows: one, and it means nothing. */
const UNKNOWN_CLOCKS_MHZ = [1];

/** The clocks of instances by clock domain, ascending; where nobody sets clocks those of the card. */
export async function supportedOf(
  instances: readonly LaunchedInstance[],
  cards: FittedCards | undefined,
  driver: ClockDriver | null,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const supported = new Map<string, readonly number[]>();
  for (const domain of new Set(instances.map(domainOf)))
    supported.set(domain, driver ? await driver.supportedMhz(domain) : cards ? clockTable(cards.gpu) : UNKNOWN_CLOCKS_MHZ);
  return supported;
}
