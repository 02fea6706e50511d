import { setTimeout as sleep } from 'node:timers/promises';
import { quantile } from '../../../src/statistics/quantile.ts';
import { createRandom } from '../../../src/statistics/random.ts';
import type { Figure, figureMaker } from '../figures.ts';
import { bundled } from './bundled.ts';
import { Held, TTL_MS } from './held.ts';
import { BenchNode } from './node.ts';

const NODES = 4;
const GPUS = 8;
const WAIT_MS = 1000;
/** Long enough to see whatever would come later than it may. */
const LOOK_MS = TTL_MS + 10_000;

interface Fault {
  readonly name: string;
  /** How many of the 200. */
  readonly count: number;
  /** It takes the whole node: all its domains must be given back. */
  readonly whole?: boolean;
  readonly strike: (held: Held) => void;
  readonly after?: (held: Held) => Promise<void>;
}

/** A holder that was stopped goes on when its lease is long over, and tries to lock. */
const goOn = async (held: Held): Promise<void> => {
  held.signal('SIGCONT');
  for (const untilMs = Date.now() + 10_000; held.lateLock === null && Date.now() < untilMs;) await sleep(20);
  if (held.lateLock !== 'LEASE_LOST' || held.locked) throw new Error(`a late lock was answered ${held.lateLock}`);
};

const FAULTS: readonly Fault[] = [
  { name: 'holder: SIGKILL', count: 32, strike: (held) => held.signal('SIGKILL') },
  { name: 'holder: SIGTERM', count: 32, strike: (held) => held.signal('SIGTERM') },
  { name: 'holder: SIGSTOP past the TTL', count: 32, strike: (held) => held.signal('SIGSTOP'), after: goOn },
  { name: 'holder: socket closed', count: 32, strike: (held) => held.wire.cut() },
  { name: 'holder: partition', count: 32, strike: (held) => held.wire.partition() },
  { name: 'agent: SIGKILL, started again', count: 20, whole: true, strike: (held) => held.node.kill() },
  {
    name: 'disk of the journal full, holder killed',
    count: 20,
    strike: (held) => {
      held.node.fill();
      held.signal('SIGKILL');
    },
    after: (held) => Promise.resolve(held.node.empty()),
  },
];

interface Outcome {
  readonly afterMs: number;
  readonly kept: boolean;
}

/** Strikes one of some holders at a random moment and waits until its clock is given back. */
async function struck(fault: Fault, held: Held, all: readonly Held[], random: () => number): Promise<Outcome> {
  await sleep(random() * WAIT_MS);
  const struckMs = performance.now();
  fault.strike(held);
  const hit = fault.whole ? all.filter(({ node }) => node === held.node) : [held];
  while (hit.some((one) => one.locked) && performance.now() - struckMs < LOOK_MS) await sleep(5);
  const afterMs = performance.now() - struckMs;
  await fault.after?.(held);
  return { afterMs, kept: !hit.some((one) => one.locked) && afterMs <= TTL_MS + 1000 };
}

export async function givenBack(figure: ReturnType<typeof figureMaker>, say: (text: string) => void, seed: number): Promise<Figure[]> {
  const script = await bundled('holder');
  const random = createRandom(seed);
  const nodes = Array.from({ length: NODES }, () => new BenchNode({ gpus: GPUS, smallDisk: true }));
  const outcomes = new Map<string, Outcome[]>();
  try {
    await Promise.all(nodes.map((node) => node.start()));
    for (const fault of FAULTS) {
      const seen: Outcome[] = [];
      outcomes.set(fault.name, seen);
      if (fault.name.startsWith('disk') && !nodes.every(({ fillable }) => fillable)) {
        say(`${fault.name}: left out, since no small file system can be mounted here`);
        continue;
      }
      while (seen.length < fault.count) {
        const all = nodes.flatMap((node) => node.gpus.ids.map((_, gpu) => new Held(script, node, gpu)));
        await Promise.all(all.map((held) => held.holds()));
        const victims = fault.whole ? all.filter(({ gpu }) => gpu === 0) : all;
        const some = victims.slice(0, fault.count - seen.length);
        seen.push(...(await Promise.all(some.map((held) => struck(fault, held, all, () => random.next())))));
        for (const held of all) held.end();
        // What was not struck ends here: its lease must be over before the next round.
        while (all.some((held) => held.locked)) await sleep(20);
      }
      const late = seen.filter(({ kept }) => !kept).length;
      say(
        `${fault.name}: ${seen.length - late} of ${seen.length} given back in time, at most ${Math.max(...seen.map(({ afterMs }) => afterMs)).toFixed(0)} ms after it`,
      );
    }
  } finally {
    await Promise.all(nodes.map((node) => node.stop()));
  }
  const all = [...outcomes.values()].flat();
  const times = all.map(({ afterMs }) => afterMs);
  return [
    figure('faults', all.length, 'faults', '>= 200', all.length),
    figure('not given back within TTL + 1 s', all.filter(({ kept }) => !kept).length, 'faults', '<= 0', all.length),
    figure('given back after, median', quantile(times, 0.5)!, 'ms', 'none', all.length),
    figure('given back after, p99', quantile(times, 0.99)!, 'ms', 'none', all.length),
    figure('given back after, longest', Math.max(...times), 'ms', `<= ${TTL_MS + 1000}`, all.length),
    ...[...outcomes].map(([name, seen]) =>
      figure(`${name}: longest`, Math.max(0, ...seen.map(({ afterMs }) => afterMs)), 'ms', 'none', seen.length),
    ),
  ];
}
