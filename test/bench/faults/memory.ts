import { megahertz } from '../../../src/domain/units.ts';
import { VirtualTime } from '../../../src/adapters/host/virtual-time.ts';
import { ScriptedDevices } from '../../fixtures/custody/scripted-devices.ts';
import type { Figure, figureMaker } from '../figures.ts';
import { custodyOver } from './custody.ts';
import { slope } from '../slope.ts';

const GPUS = 8;
const HZ = 10;
const LOCKS_PER_S = 4;
const MINUTES = 60;
const WARM_MINUTES = 10;
const MS_PER_MINUTE = 60_000;

/** An hour on virtual time of what the agent does all day; needs --expose-gc. */
export async function memory(figure: ReturnType<typeof figureMaker>): Promise<Figure[]> {
  const collect = (globalThis as { gc?: () => void }).gc;
  if (collect === undefined) throw new Error('the heap cannot be looked at: run node with --expose-gc');
  const time = new VirtualTime();
  const devices = new ScriptedDevices({ nowMs: () => time.nowMs(), count: GPUS });
  const { custody, stop } = await time.finish(custodyOver([devices], time));
  const ids = devices.devices.map(({ id }) => id);
  const claims = await time.finish(
    Promise.all(ids.map((id, i) => custody.acquire({ domain: `d${i}`, devices: [id], holder: 'bench', ttlMs: 5000, identity: 'bench' }))),
  );
  const over = new AbortController();
  const watching = (async () => {
    for await (const _ of custody.watch(ids, HZ, over.signal)) void _;
  })().catch(() => undefined);
  let locks = 0;
  const heapMib: number[] = [];
  for (let minute = 0; minute < MINUTES; minute++) {
    for (let passedMs = 0; passedMs < MS_PER_MINUTE; passedMs += 1000 / LOCKS_PER_S) {
      const claim = claims[locks % GPUS]!;
      await time.finish(custody.lock(claim, megahertz(Math.floor(locks / GPUS) % 2 === 0 ? 1170 : 1410)));
      locks += 1;
      if (locks % LOCKS_PER_S === 0) for (const one of claims) await time.finish(custody.renew(one));
      await time.advance(1000 / LOCKS_PER_S);
    }
    devices.calls.length = 0;
    collect();
    heapMib.push(process.memoryUsage().heapUsed / 1024 / 1024);
  }
  over.abort();
  await time.finish(Promise.all([watching, stop()]));
  const later = heapMib.slice(WARM_MINUTES);
  return [
    figure('an hour of emulated time: growth of the heap', 1024 * slope(later) * MINUTES, 'KiB/h', '<= 256', locks),
    figure('an hour of emulated time: heap', Math.max(...later), 'MiB', 'none', later.length),
  ];
}
