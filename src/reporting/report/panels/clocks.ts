import { ROLES, type Role } from '../../../domain/instance.ts';
import { percent } from '../../format.ts';
import { roleResidency } from '../../clock-residency.ts';
import type { ReportModel } from '../model.ts';
import type { RunLook } from '../run-looks.ts';
import { axisBelow, panel, rounded, valueAxis, type Picture } from './parts.ts';

const residencyPicture = ({ runs }: ReportModel, looks: readonly RunLook[], role: Role): Picture => {
  const shares = runs.map(({ record }) => new Map(roleResidency(record, role)));
  const clocks = [...new Set(shares.flatMap((share) => [...share.keys()]))].sort((a, b) => a - b);
  if (clocks.length === 0) return { section: 'clocks', text: `No clock residency of ${role} GPUs: nobody saw their clocks.` };
  return panel({
    id: `clocks-${role}`,
    section: 'clocks',
    title: `Where the ${role} clocks stood`,
    description: `Share of the time at each clock, over all ${role} instances. Across: MHz. Up: percent of the time.`,
    decals: true,
    option: {
      tooltip: { trigger: 'axis', axisPointer: { type: 'shadow' } },
      xAxis: axisBelow('MHz', { type: 'category', data: clocks.map(String) }),
      yAxis: valueAxis('% of the time', { min: 0 }),
      series: looks.map(({ label, colour }, i) => ({
        type: 'bar',
        name: label,
        color: colour,
        barMinWidth: 2,
        data: clocks.map((mhz) => rounded((shares[i]!.get(mhz) ?? 0) * 100)),
      })),
    },
    table: {
      head: ['MHz', ...looks.map(({ label }) => label)],
      rows: clocks.map((mhz) => [String(mhz), ...shares.map((share) => percent(share.get(mhz) ?? 0))]),
    },
  });
};

/** At which clocks the GPUs ran, and for how long. */
export const clockPictures = (model: ReportModel, looks: readonly RunLook[]): Picture[] =>
  model.runs.length === 0 ? [] : ROLES.map((role) => residencyPicture(model, looks, role));
