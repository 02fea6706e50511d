import { createRandom } from '../../src/statistics/random.ts';
import { adaptiveDesign } from '../../src/runs/profiling/designs/adaptive.ts';
import { fixedDesign } from '../../src/runs/profiling/designs/fixed.ts';
import { gridClocks, gridPoints } from '../../src/runs/profiling/designs/grid.ts';
import { fits, loadSpace } from '../../src/runs/profiling/designs/loads.ts';
import type { FitSurrogate } from '../../src/runs/profiling/designs/refine.ts';
import type { Role } from '../../src/domain/instance.ts';
import { measuredPoint } from '../fixtures/world/measured-point.ts';
import { clocksMhz, engine, gpu, model } from '../fixtures/world/shipped.ts';
import { designerContract } from './designer.ts';

const spaceOf = (role: Role) => loadSpace(role, { gpu, model, engine, tp: 1 });

/** Content after some forty points. */
const soonContent: FitSurrogate = (points) => ({
  heldOutPct: 80 / points.length,
  disagreementPct: ({ batch }, clockMhz) => (batch * 7 + clockMhz) % 13,
});

for (const role of ['prefill', 'decode'] as const) {
  const space = spaceOf(role);
  const grid = gridClocks(clocksMhz);
  const common = { measure: measuredPoint(role), clocksMhz, fits: (planned: Parameters<typeof fits>[1]) => fits(space, planned) };
  designerContract(`fixed grid of ${role}`, { ...common, create: () => fixedDesign(gridPoints(space, grid, createRandom(3))) });
  for (const [what, fit] of [
    ['with two models', soonContent],
    ['without any', () => null],
  ] as const) {
    designerContract(`adaptive ${role}, ${what}`, {
      ...common,
      create: () => adaptiveDesign({ space, clocksMhz, gridClocksMhz: grid, fit, seed: 3, targetPct: 2 }),
    });
  }
}
