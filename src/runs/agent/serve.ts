import type { RestoreReport } from '../../domain/custody.ts';
import type { ClockCustodian } from '../../ports/clock-custodian.ts';

/** A custodian that begins and ends with us. */
export interface OwnCustodian extends ClockCustodian {
  /** Restores what an earlier one has left locked, then takes leases. */
  start(): Promise<void>;
  /** Gives everything back and lets go of the drivers; tells what could not be. */
  stop(): Promise<RestoreReport>;
}

export interface AgentPorts {
  /** That nobody else keeps the clocks of this machine. @returns gives it back */
  readonly claim: () => Promise<() => Promise<void>>;
  readonly custodian: OwnCustodian;
  /** Opens the doors. */
  readonly listen: () => Promise<{ readonly addresses: readonly string[]; close(): Promise<void> }>;
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

/** Each of these happens, whatever becomes of those before it. @throws the first failure */
const inTurn = async (...steps: readonly (() => Promise<void>)[]): Promise<void> => {
  const failures: unknown[] = [];
  for (const step of steps) await step().catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
};

const NOTHING: RestoreReport = { restored: [], failed: [] };

/**
 * The life of an agent: nobody is lent a clock before what the last one has left is restored, and when it ends the doors
 * close first, then everything is given back.
 * @param onReady with the addresses that it answers on
 * @returns what was given back at its end, and what could not be: the journal names it still
 * @throws what kept it from starting
 */
export const serveAgent = async (
  { claim, custodian, listen }: AgentPorts,
  signal: AbortSignal,
  onReady: (addresses: readonly string[]) => void | Promise<void>,
): Promise<RestoreReport> => {
  const giveUp = await claim();
  let report = NOTHING;
  let close = (): Promise<void> => Promise.resolve();
  try {
    await custodian.start();
    const server = await listen();
    close = () => server.close();
    await onReady(server.addresses);
    await aborted(signal);
  } finally {
    await inTurn(close, async () => void (report = await custodian.stop()), giveUp);
  }
  return report;
};

/** Gives clocks back where no agent runs: first what the journal names, then these devices, or all. */
export const restoreDirectly = async (
  { claim, custodian }: Pick<AgentPorts, 'claim' | 'custodian'>,
  devices: readonly string[],
  identity: string,
): Promise<RestoreReport> => {
  const giveUp = await claim();
  try {
    await custodian.start();
    return await custodian.restore(devices, identity);
  } finally {
    await inTurn(async () => void (await custodian.stop()), giveUp);
  }
};
