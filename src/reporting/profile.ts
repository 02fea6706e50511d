import type { RecordedPoint, RecordedProfile } from '../domain/profile.ts';
import { counted, number, signed } from './format.ts';

/** What of a plan its text tells. */
interface Prospect {
  readonly cluster: string;
  readonly gridClocksMhz: readonly number[] | null;
  readonly clockRangeMhz: readonly [number, number] | null;
  readonly sweeps: readonly {
    readonly instance: string;
    readonly phase: string;
    readonly gridPoints: number | null;
    readonly gridGpuMinutes: number | null;
    readonly mostGpuMinutes: number;
  }[];
  readonly maxGpuMinutes: number;
  readonly mostMinutes: number;
  readonly energyJ: number | null;
}

const KJ = 1000;

type PlannedSweep = Prospect['sweeps'][number];

const sweepLine = ({ instance, phase, gridPoints, gridGpuMinutes, mostGpuMinutes }: PlannedSweep): string => {
  const most = `${number(mostGpuMinutes, 1)} GPU minutes are spent`;
  if (gridPoints === null || gridGpuMinutes === null) return `  ${instance} (${phase}): until the held-out error is small or ${most}`;
  return `  ${instance} (${phase}): ${counted(gridPoints, 'point')} in about ${number(gridGpuMinutes, 1)} GPU minutes, then more until the held-out error is small or ${most}`;
};

const clocksLine = ({ cluster, gridClocksMhz, clockRangeMhz }: Prospect): string =>
  gridClocksMhz === null || clockRangeMhz === null
    ? `would profile ${cluster}: its engines tell what loads they take, the agents of its nodes what clocks there are; without an agent it is measured at the clock that holds`
    : `would profile ${cluster}: coarse grid at ${gridClocksMhz.join(', ')} MHz, in random order; then clocks from ${clockRangeMhz.join(' to ')} MHz where the models are least certain`;

export function renderProfilePlan(prospect: Prospect): string {
  const { sweeps, maxGpuMinutes, mostMinutes, energyJ } = prospect;
  const cost = `at most ${number(maxGpuMinutes, 1)} GPU minutes, ${number(mostMinutes, 1)} minutes on the clock`;
  const energy = energyJ === null ? '' : `; the coarse grid draws about ${number(energyJ / KJ, 1)} kJ (from the analytic model)`;
  return [clocksLine(prospect), ...sweeps.map(sweepLine), cost + energy, 'no clock is set and nothing is started'].join('\n');
}

const reasonsOf = (points: readonly RecordedPoint[]): string[] => {
  const counts = new Map<string, number>();
  for (const reason of points.flatMap(({ reasons }) => reasons)) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a).map(([reason, count]) => `    ${count} x ${reason}`);
};

const ENDINGS = { design: 'enough is known', budget: 'the budget is spent' } as const;

function instanceLines({ points, drift = [], sweeps = [] }: RecordedProfile, instance: string): string[] {
  const own = points.filter((point) => point.instance === instance && !point.control);
  const valid = own.filter((point) => point.valid).length;
  const clocks = new Set(own.map(({ requestedClockMhz }) => requestedClockMhz));
  const where = clocks.has(null) ? 'the clock that holds' : counted(clocks.size, 'clock');
  const capped = own.filter((point) => point.capped).length;
  const sweep = sweeps.find((one) => one.instance === instance);
  const moved = drift.find((one) => one.instance === instance);
  return [
    `  ${instance} (${own[0]?.phase ?? 'nothing measured'}): ${valid} of ${counted(own.length, 'point')} valid at ${where}${capped > 0 ? `, ${capped} power-capped` : ''}${sweep ? `; ${number(sweep.gpuSeconds, 0)} GPU seconds, ended because ${ENDINGS[sweep.ending]}` : ''}`,
    ...(moved
      ? [
          `    control point: latency ${signed(moved.latencyPct, 1, '%')}${moved.powerPct === null ? '' : `, power ${signed(moved.powerPct, 1, '%')}`}${moved.beyondPrecision ? ': the device drifted' : ''}`,
        ]
      : []),
    ...reasonsOf(own),
  ];
}

/** A fit is of clocks and joules. */
function nextLine(points: readonly RecordedPoint[], file: string | undefined): string {
  const unknown = [
    ...(points.some(({ clockMhz }) => clockMhz === null) ? ['clocks'] : []),
    ...(points.some(({ powerW }) => powerW === null) ? ['power'] : []),
  ];
  if (unknown.length === 0) return `next: voltana fit ${file ?? 'PROFILE.json'}`;
  return `nothing is known of ${unknown.join(' and ')}, so there is nothing to fit: name the agents of its nodes with control.agents and profile again`;
}

export function renderProfile(document: RecordedProfile, file: string | undefined): string {
  const { provenance, points, gpuSeconds, evidence, sweeps = [] } = document;
  const controls = points.filter(({ control }) => control).length;
  const driven = points.every(({ clockMhz }) => clockMhz !== null);
  return [
    `profile of ${provenance.cluster} (${provenance.model} on ${provenance.tp} x ${provenance.gpu}, ${provenance.engine}), evidence: ${evidence}`,
    ...sweeps.flatMap(({ instance }) => instanceLines(document, instance)),
    `${counted(points.length, 'point')}${controls === 0 ? '' : `, ${controls} of them ${controls === 1 ? 'a control point' : 'control points'},`} in ${number(gpuSeconds, 0)} GPU seconds; ${driven ? 'every clock is given back' : 'no clock was touched'}`,
    nextLine(points, file),
  ].join('\n');
}
