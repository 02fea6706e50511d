import type { ProfileDocument, ProfilePoint } from '../domain/profile.ts';
import { counted, number, signed } from './format.ts';

/** What of a plan its text tells. */
interface Prospect {
  readonly cluster: string;
  readonly gridClocksMhz: readonly number[];
  readonly clockRangeMhz: readonly [number, number];
  readonly sweeps: readonly {
    readonly instance: string;
    readonly phase: string;
    readonly gridPoints: number;
    readonly gridGpuMinutes: number;
    readonly mostGpuMinutes: number;
  }[];
  readonly maxGpuMinutes: number;
  readonly mostMinutes: number;
  readonly energyJ: number;
}

const KJ = 1000;

export function renderProfilePlan({
  cluster,
  gridClocksMhz,
  clockRangeMhz,
  sweeps,
  maxGpuMinutes,
  mostMinutes,
  energyJ,
}: Prospect): string {
  return [
    `would profile ${cluster}: coarse grid at ${gridClocksMhz.join(', ')} MHz, in random order; then clocks from ${clockRangeMhz.join(' to ')} MHz where the models are least certain`,
    ...sweeps.map(
      ({ instance, phase, gridPoints, gridGpuMinutes, mostGpuMinutes }) =>
        `  ${instance} (${phase}): ${counted(gridPoints, 'point')} in about ${number(gridGpuMinutes, 1)} GPU minutes, then more until the held-out error is small or ${number(mostGpuMinutes, 1)} GPU minutes are spent`,
    ),
    `at most ${number(maxGpuMinutes, 1)} GPU minutes, ${number(mostMinutes, 1)} minutes on the clock; the coarse grid draws about ${number(energyJ / KJ, 1)} kJ (from the analytic model)`,
    'no clock is set and nothing is started',
  ].join('\n');
}

const reasonsOf = (points: readonly ProfilePoint[]): string[] => {
  const counts = new Map<string, number>();
  for (const reason of points.flatMap(({ reasons }) => reasons)) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a).map(([reason, count]) => `    ${count} x ${reason}`);
};

const ENDINGS = { design: 'enough is known', budget: 'the budget is spent' } as const;

function instanceLines({ points, drift = [], sweeps = [] }: ProfileDocument, instance: string): string[] {
  const own = points.filter((point) => point.instance === instance && !point.control);
  const valid = own.filter((point) => point.valid).length;
  const clocks = new Set(own.map(({ requestedClockMhz }) => requestedClockMhz)).size;
  const capped = own.filter((point) => point.capped).length;
  const sweep = sweeps.find((one) => one.instance === instance);
  const moved = drift.find((one) => one.instance === instance);
  return [
    `  ${instance} (${own[0]?.phase ?? 'nothing measured'}): ${valid} of ${counted(own.length, 'point')} valid at ${counted(clocks, 'clock')}${capped > 0 ? `, ${capped} power-capped` : ''}${sweep ? `; ${number(sweep.gpuSeconds, 0)} GPU seconds, ended because ${ENDINGS[sweep.ending]}` : ''}`,
    ...(moved
      ? [
          `    control point: latency ${signed(moved.latencyPct, 1, '%')}, power ${signed(moved.powerPct, 1, '%')}${moved.beyondPrecision ? ': the device drifted' : ''}`,
        ]
      : []),
    ...reasonsOf(own),
  ];
}

export function renderProfile(document: ProfileDocument, file: string | undefined): string {
  const { provenance, points, gpuSeconds, evidence, sweeps = [] } = document;
  const controls = points.filter(({ control }) => control).length;
  return [
    `profile of ${provenance.cluster} (${provenance.model} on ${provenance.tp} x ${provenance.gpu}, ${provenance.engine}), evidence: ${evidence}`,
    ...sweeps.flatMap(({ instance }) => instanceLines(document, instance)),
    `${counted(points.length, 'point')}${controls === 0 ? '' : `, ${controls} of them ${controls === 1 ? 'a control point' : 'control points'},`} in ${number(gpuSeconds, 0)} GPU seconds; every clock is given back`,
    `next: voltana fit ${file ?? 'PROFILE.json'}`,
  ].join('\n');
}
