import type { Role } from '../../domain/instance.ts';
import type { IdlePower } from '../../domain/profile.ts';
import type { PlannedPoint } from '../../ports/designer.ts';
import { createRandom } from '../../statistics/random.ts';
import { shuffled } from './bench.ts';
import { adaptiveDesign } from './designs/adaptive.ts';
import { clamped, loadSpace, type LoadSpace } from './designs/loads.ts';
import type { ProfileOptions } from './options.ts';
import type { Measured, Sweep } from './profile-instance.ts';
import { provenanceOf } from './provenance.ts';
import { surrogateFit } from './surrogate.ts';

/** GPU seconds of each of the instances measured: decode has more to tell, prefill takes longer for each point. */
export const budgetOf = ({ budgetGpuS, instances }: ProfileOptions): number => budgetGpuS / instances.length;

/** A usual load at the highest clock: where a warm device shows. */
function controlPoint(space: LoadSpace, clocksMhz: readonly number[]): PlannedPoint {
  const batch = Math.min(32, space.batch[1]);
  const load = space.role === 'decode' ? clamped(space, { batch, tokens: 1024 }) : clamped(space, { batch: 1, tokens: 2048 });
  return { ...load, clockMhz: clocksMhz.at(-1)!, why: 'control' };
}

export const spaceOf = (role: Role, options: ProfileOptions): LoadSpace => loadSpace(role, { ...options, tp: options.cluster.tp });

/** @param idle what is known of the idle instance by then */
export function adaptiveSweep(id: string, role: Role, options: ProfileOptions, before: Measured, idle: () => readonly IdlePower[]): Sweep {
  const { gpu, model, engine, clocksMhz, gridClocksMhz, targetPct, seed } = options;
  const space = spaceOf(role, options);
  const fit = surrogateFit({ provenance: provenanceOf(options), cards: { gpu, model, engine }, idle });
  return {
    designer: adaptiveDesign({ space, clocksMhz, gridClocksMhz, fit, seed, targetPct }),
    idleClocksMhz: shuffled(gridClocksMhz, createRandom(seed).fork(`idle of ${id}`)),
    control: controlPoint(space, clocksMhz),
    budgetGpuS: budgetOf(options),
    before,
  };
}
