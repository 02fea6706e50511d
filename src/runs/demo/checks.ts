import type { EngineCard, GpuCard, ModelCard } from '../../domain/cards.ts';
import type { ClusterFile } from '../../domain/cluster.ts';
import { VoltanaError } from '../../domain/errors.ts';
import type { Role } from '../../domain/instance.ts';
import { kvCapacityTokens } from '../../prediction/analytic/device.ts';
import { shortPlan, tokensNeeded } from '../profiling/plan.ts';
import { checkFixedClocks } from '../serving/fleet.ts';

const SHIPPED_ONE = 'such as the shipped emulated-2p2d-a100-llama-3.1-8b.';

/** The demo starts emulated engines on this machine, and nothing else. @throws VoltanaError BAD_VALUE */
export function checkEmulated({ engine, launcher, name }: ClusterFile): void {
  if (engine.kind !== 'emulated') {
    throw new VoltanaError('BAD_VALUE', `cluster "${name}" runs engine ${engine.kind}; the demo needs an emulated one`, {
      hint: `Use a cluster file with engine.kind: emulated, ${SHIPPED_ONE}`,
    });
  }
  if (launcher.kind !== 'local') {
    throw new VoltanaError(
      'BAD_VALUE',
      `cluster "${name}" is launched by ${launcher.kind}; the demo starts its processes on this machine`,
      {
        hint: `Use a cluster file with launcher.kind: local, ${SHIPPED_ONE}`,
      },
    );
  }
}

/** Every process wants its own port of its node; a pod has an address of its own. @throws VoltanaError BAD_VALUE that names both */
export function checkPortsDiffer({ instances, gateway, launcher }: ClusterFile): void {
  const owners = new Map<string, string>();
  const claims = instances.flatMap(({ id, node = '', port, bootstrapPort, sidePort, controlPort }) =>
    [port, bootstrapPort, sidePort, controlPort].map((asked) => ({
      owner: `instance ${id}`,
      place: launcher.kind === 'kubernetes' ? id : node,
      port: asked,
    })),
  );
  for (const { owner, place, port = 0 } of [{ owner: 'the gateway', place: '', port: gateway.port }, ...claims]) {
    const key = JSON.stringify([place, port]);
    const other = owners.get(key);
    if (port !== 0 && other !== undefined) {
      throw new VoltanaError('BAD_VALUE', `${other} and ${owner} both ask for port ${port}`, {
        hint: 'Give each its own, or leave one out to get a free one.',
      });
    }
    owners.set(key, owner);
  }
}

/** Tensor parallelism deals whole heads. @throws VoltanaError BAD_VALUE */
export function checkSplits({ tp, name }: ClusterFile, { heads, id }: ModelCard): void {
  if (heads % tp === 0) return;
  throw new VoltanaError('BAD_VALUE', `tp ${tp} of cluster "${name}" does not divide the ${heads} heads of ${id}`, {
    hint: 'Use a power of two, such as 1, 2 or 4.',
  });
}

/** `MHZ` or `PREFILL:DECODE`. @throws VoltanaError BAD_VALUE */
export function parseFixedClocks(text: string): Readonly<Record<Role, number>> {
  const parts = text.split(':').map((part) => (/^\d+$/.test(part) ? Number(part) : NaN));
  const [prefill, decode = prefill] = parts;
  if (parts.length > 2 || prefill === undefined || decode === undefined || parts.some(Number.isNaN)) {
    throw new VoltanaError('BAD_VALUE', `--clocks ${text} is not a clock`, { hint: 'Give MHZ, or PREFILL:DECODE such as 1005:1200.' });
  }
  return { prefill, decode };
}

/**
 * A fixed clock is one that the GPU has and that the cluster file allows: a clamped one would not be the one asked for.
 * @throws VoltanaError CLOCK_OUTSIDE_CARD
 */
export function checkClocks(
  fixedMhz: Readonly<Record<Role, number>>,
  supportedMhz: readonly number[],
  boundedMhz: readonly number[],
): void {
  checkFixedClocks(fixedMhz, supportedMhz);
  for (const [role, clockMhz] of Object.entries(fixedMhz)) {
    if (boundedMhz.includes(clockMhz)) continue;
    throw new VoltanaError('CLOCK_OUTSIDE_CARD', `${clockMhz} MHz for ${role} is outside the cluster file's bounds`, {
      hint: `Choose a clock from ${boundedMhz[0]} to ${boundedMhz.at(-1)} MHz, or change control.minClockMhz and maxClockMhz.`,
    });
  }
}

/** Weights, and beside them the KV of the largest load that the profile drives. @throws VoltanaError DOES_NOT_FIT */
export function checkFits(gpu: GpuCard, model: ModelCard, engine: EngineCard, tp: number): void {
  const roomTokens = kvCapacityTokens(gpu, model, engine, tp);
  const neededTokens = tokensNeeded(shortPlan([gpu.clock.minMhz, gpu.clock.maxMhz]), engine.reservedDecodeTokens);
  if (roomTokens >= neededTokens) return;
  throw new VoltanaError(
    'DOES_NOT_FIT',
    `${model.id} on ${tp} x ${gpu.id} leaves room for ${Math.max(0, roomTokens)} KV tokens; the profile needs ${neededTokens}`,
    { hint: 'Use more GPUs per instance (tp), a larger GPU or a smaller model.' },
  );
}
