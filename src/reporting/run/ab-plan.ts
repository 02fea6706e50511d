import type { AbDesign, AbResult } from '../../domain/ab.ts';
import { number, signed } from '../format.ts';

interface PlannedAb {
  readonly names: AbResult['arms'];
  readonly design: AbDesign;
  readonly aaDesign: AbDesign | null;
  readonly drainS: number;
  readonly notes: readonly string[];
}

type Progress =
  | {
      readonly kind: 'period';
      readonly planned: { readonly phase: 'aa' | 'ab'; readonly index: number; readonly configuration: 'A' | 'B' };
      readonly of: number;
    }
  | { readonly kind: 'aa'; readonly aa: NonNullable<AbResult['aa']> }
  | { readonly kind: 'design'; readonly design: AbDesign };

const S_PER_MINUTE = 60;

const secondsOf = (design: AbDesign | null, drainS: number): number =>
  design === null ? 0 : design.order.length * (design.periodS + design.washoutS + drainS);

/** What an A/B test would do, as text and as a document; nothing has been started. */
export function abPlan({ names, design, aaDesign, drainS, notes }: PlannedAb) {
  const seconds = secondsOf(aaDesign, drainS) + secondsOf(design, drainS);
  const document = { schemaVersion: 1, kind: 'plan', arms: names, design, aaDesign, drainS, seconds, notes };
  const text = [
    `would compare A: ${names.A}`,
    `        with B: ${names.B}`,
    `  A/A      ${aaDesign === null ? 'left out' : `${aaDesign.order.length} periods of A against itself`}`,
    `  A/B      ${design.order.length} periods in ${design.blocks} randomised blocks: ${design.order.join('')}`,
    `  period   ${design.periodS} s that count, after ${number(design.washoutS, 1)} s of washout`,
    `  stops    ${design.stopRule}`,
    `  takes    about ${Math.ceil(seconds / S_PER_MINUTE)} minutes, with about ${number(drainS, 1)} s of draining after each period`,
    ...notes.map((note) => `warning: ${note}`),
    'nothing has been started',
  ].join('\n');
  return { document, text };
}

const PHASES = { aa: 'A/A', ab: 'A/B' } as const;

/** One line for each step of a test. */
export function abProgressText(progress: Progress): string {
  if (progress.kind === 'period') {
    const { phase, index, configuration } = progress.planned;
    return `${PHASES[phase]} period ${index + 1} of ${progress.of}: configuration ${configuration}`;
  }
  if (progress.kind === 'aa') {
    const { passed, effect } = progress.aa;
    const change = `${effect.metric} ${signed(effect.changePct, 2, '%')}`;
    return passed ? `A/A passed (${change})` : `A/A failed (${change}): this rig finds a difference where there is none`;
  }
  const { detectablePct, stopRule } = progress.design;
  const found = detectablePct === null ? 'unknown without an A/A test' : number(detectablePct, 2, '%');
  return `smallest detectable change of energy per output token: ${found} (found in 90 % of all cases). ${stopRule}`;
}
