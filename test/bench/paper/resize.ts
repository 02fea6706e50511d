import { RESIZE_TUNABLES } from '../../../src/control/resize/plan.ts';
import type { Figure } from '../figures.ts';
import { goodTokenCostPct, mean, onCommonSpan, savedPct } from './compare.ts';
import { MAX, OURS, type Contender } from './contenders.ts';
import { onSeeds, type Context } from './context.ts';
import type { ScheduleSpec } from './schedules.ts';
import type { RunNumbers } from './tally.ts';
import { A100_8B } from './traces.ts';

/** Four times the pair that a quiet hour needs: with two of each nobody could go. */
const WORLD = { ...A100_8B, prefill: 4, decode: 4 };
/** The whole day goes by in an hour, so calm times and cold starts weigh 24 times as much as on a real one. */
const DAY_S = 3600;
/** Of a request rate at which all four pairs at their highest clock keep 99 % within both SLOs (see the part `traces`: 12.5/s on two). */
const MEAN_PER_S = 0.35 * 25;

const scheduleOf = (seed: number, durationS: number): ScheduleSpec => ({
  kind: 'day',
  shape: 'diurnal',
  workload: 'azure-conv-2023',
  meanPerS: MEAN_PER_S,
  durationS,
  seed,
});

const CONTENDERS = {
  max: MAX,
  maxParked: { ...MAX, resize: 'park' },
  maxReleased: { ...MAX, resize: 'release' },
  ours: OURS,
  oursParked: { ...OURS, resize: 'park' },
  oursReleased: { ...OURS, resize: 'release' },
  oursFlipped: { ...OURS, resize: 'release', reshape: { flips: true, aggregates: true } },
} as const satisfies Record<string, Contender>;
type Name = keyof typeof CONTENDERS;

const LABELS: Readonly<Record<Exclude<Name, 'max'>, string>> = {
  maxParked: 'max, parked',
  maxReleased: 'max, released',
  ours: 'ours, all awake',
  oursParked: 'ours, parked',
  oursReleased: 'ours, released',
  oursFlipped: 'ours, released, roles may change',
};

/**
 * Long prompts with short answers, then short prompts with long answers, as an office by day and chats in the evening: no division of the
 * GPUs fits both. The first half is more than four prefill instances compute.
 */
const SHIFT_S = 3600;
const SHIFT: readonly (readonly [string, number])[] = [
  ['azure-code-2023', 28],
  ['sharegpt', 40],
];

/** A demand whose phases trade places, on GPUs that keep their roles and on GPUs that may change them. */
async function shiftFigures(context: Context): Promise<Figure[]> {
  const { figure, quick, seeds } = context;
  const schedules = seeds.map((seed) => ({ kind: 'shift', halves: SHIFT, durationS: quick ? 60 : SHIFT_S, seed }) as const);
  const [fixed, flipped] = await Promise.all([
    onSeeds(context, WORLD, schedules, OURS),
    onSeeds(context, WORLD, schedules, { ...OURS, reshape: { flips: true, aggregates: false } }),
  ]);
  const pooled = onCommonSpan({ fixed, flipped });
  const n = seeds.length;
  const name = (what: string): string => `resize, phases trade places: ${what}`;
  return [
    figure(name('joint, roles fixed'), pooled.fixed.jointPct, '%', 'none', n),
    figure(name('joint, roles may flip'), pooled.flipped.jointPct, '%', 'none', n),
    figure(name('flips, mean'), mean(flipped.map(({ flips }) => flips)), '', 'none', n),
    figure(name('loading'), mean(flipped.map(({ flippingS }) => flippingS)), 's', 'none', n),
    figure(
      name('energy per token within both promises, flips against fixed'),
      goodTokenCostPct(pooled.fixed, pooled.flipped),
      '%',
      'none',
      n,
    ),
  ];
}

/** What released GPUs drew is not counted: their power is somebody else's. */
const own = (runs: readonly RunNumbers[]): RunNumbers[] => runs.map((run) => ({ ...run, energyJ: run.energyJ - run.releasedJ }));

/** A diurnal day on a fleet that may shrink: its size, and the clocks of what is left, told apart. */
export async function resizeFigures(context: Context): Promise<Figure[]> {
  const { figure, quick, seeds } = context;
  const schedules = seeds.map((seed) => scheduleOf(seed, quick ? 60 : DAY_S));
  const names = Object.keys(CONTENDERS) as Name[];
  const ran = await Promise.all(names.map((name) => onSeeds(context, WORLD, schedules, CONTENDERS[name])));
  const runs = Object.fromEntries(names.map((name, i) => [name, ran[i]!])) as Record<Name, RunNumbers[]>;
  const pooled = onCommonSpan(runs);
  const n = seeds.length;
  const figures = names.flatMap((name) => {
    if (name === 'max') return [];
    const label = `resize, diurnal day: ${LABELS[name]}`;
    const released = mean(runs[name].map(({ releasedS, spanMs }) => (1000 * releasedS) / spanMs));
    const freed = onCommonSpan({ max: runs.max, own: own(runs[name]) });
    return [
      figure(`${label}, saved`, savedPct(pooled.max, pooled[name]), '%', 'none', n),
      ...(released > 0
        ? [
            figure(`${label}, saved where released GPUs are others'`, savedPct(freed.max, freed.own), '%', 'none', n),
            figure(`${label}, GPUs released, mean`, released, 'GPUs', 'none', n),
          ]
        : []),
      figure(
        `${label}, joint less max`,
        pooled[name].jointPct - pooled.max.jointPct,
        'points',
        name.startsWith('ours') ? '>= -0.5' : 'none',
        n,
      ),
    ];
  });
  const ownSavedPct = (name: 'oursReleased' | 'oursFlipped'): number => {
    const freed = onCommonSpan({ max: runs.max, own: own(runs[name]) });
    return savedPct(freed.max, freed.own);
  };
  const best = Math.max(savedPct(pooled.max, pooled.oursParked), ownSavedPct('oursReleased'), ownSavedPct('oursFlipped'));
  return [
    figure('resize, diurnal day: joint of static maximum', pooled.max.jointPct, '%', 'none', n),
    ...figures,
    figure(
      `resize, diurnal day: best saving (calm ${RESIZE_TUNABLES.calmMs / 1000} s, cold start ${RESIZE_TUNABLES.coldStartMs / 1000} s)`,
      best,
      '%',
      '>= 55',
      n,
    ),
    ...(await shiftFigures(context)),
  ];
}
