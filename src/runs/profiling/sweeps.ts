import type { LaunchedInstance, Role } from '../../domain/instance.ts';
import type { IdlePower } from '../../domain/profile.ts';
import type { PlannedPoint } from '../../ports/designer.ts';
import { createRandom } from '../../statistics/random.ts';
import { shuffled } from './bench.ts';
import { adaptiveDesign } from './designs/adaptive.ts';
import { clamped, type LoadSpace } from './designs/loads.ts';
import { groundOf, type ProfileGround } from './ground.ts';
import type { ProfileOptions } from './options.ts';
import type { Measured, Sweep } from './profile-instance.ts';
import { surrogateFit } from './surrogate.ts';

/** A usual load at the highest clock: where a warm device shows. */
function controlPoint(space: LoadSpace, clocksMhz: readonly number[]): PlannedPoint {
  const batch = Math.min(32, space.batch[1]);
  const load = space.role === 'decode' ? clamped(space, { batch, tokens: 1024 }) : clamped(space, { batch: 1, tokens: 2048 });
  return { ...load, clockMhz: clocksMhz.at(-1)!, why: 'control' };
}

/** GPU seconds of each of the instances measured: decode has more to tell, prefill takes longer for each point. */
const shareOf = ({ budgetGpuS, instances }: Pick<ProfileGround, 'budgetGpuS' | 'instances'>): number => budgetGpuS / instances.length;

export const budgetOf = (options: ProfileOptions): number => shareOf(options);

/** @param idle what is known of the idle instance by then */
export function groundedSweep(
  instance: Pick<LaunchedInstance, 'id' | 'role'>,
  ground: ProfileGround,
  before: Measured,
  idle: () => readonly IdlePower[],
): Sweep {
  const { provenance, cards, clocksMhz, gridClocksMhz, targetPct, seed } = ground;
  const space = ground.spaceOf(instance);
  return {
    designer: adaptiveDesign({ space, clocksMhz, gridClocksMhz, fit: surrogateFit({ provenance, cards, idle }), seed, targetPct }),
    idleClocksMhz: shuffled(gridClocksMhz, createRandom(seed).fork(`idle of ${instance.id}`)),
    control: controlPoint(space, clocksMhz),
    budgetGpuS: shareOf(ground),
    before,
  };
}

/** The sweep of an emulated instance. */
export const adaptiveSweep = (id: string, role: Role, options: ProfileOptions, before: Measured, idle: () => readonly IdlePower[]): Sweep =>
  groundedSweep({ id, role }, groundOf(options), before, idle);
