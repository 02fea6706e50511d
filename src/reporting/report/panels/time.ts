import type { Role } from '../../../domain/instance.ts';
import type { RunRecord, SeriesQuantiles } from '../../../domain/run-record.ts';
import type { ReportModel } from '../model.ts';
import type { RunLook } from '../run-looks.ts';
import type { Picture } from './parts.ts';
import { commonLimit, timePicture, type TimeLine } from './time-line.ts';

/** More single instances than these are a smear: then their mean stands alone. */
const MOST_INSTANCES = 24;

interface Drawn {
  readonly run: RunRecord;
  readonly look: RunLook;
}

type Values = readonly (number | null)[];

const meanOver = (all: readonly Values[], length: number): Values =>
  Array.from({ length }, (_, i) => {
    const known = all.map((values) => values[i] ?? null).filter((value) => value !== null);
    return known.length === 0 ? null : known.reduce((a, b) => a + b, 0) / known.length;
  });

type Instance = RunRecord['series']['instances'][number];

const instancesOf = ({ run }: Drawn, role: Role): readonly Instance[] => run.series.instances.filter((instance) => instance.role === role);

/** The mean of a role's instances as a thick line, each of them as a faint one. */
const roleLines = (drawn: readonly Drawn[], role: Role, of: (instance: Instance) => Values | undefined): TimeLine[] => {
  const all = drawn.map((one) => ({ ...one, parts: instancesOf(one, role).filter((instance) => of(instance) !== undefined) }));
  const single = all.reduce((sum, { parts }) => sum + parts.length, 0) <= MOST_INSTANCES;
  return all.flatMap(({ run, look, parts }) => {
    const values = parts.map((instance) => of(instance)!);
    const mean = { name: look.label, run, look, width: 2, values: meanOver(values, run.series.tS.length) };
    if (!single || parts.length < 2) return [mean];
    return [
      mean,
      ...parts.map((instance, i) => ({
        name: `${look.label}: ${instance.instance}`,
        run,
        look,
        width: 1,
        faint: true,
        values: values[i]!,
      })),
    ];
  });
};

const quantileLines = (drawn: readonly Drawn[], of: (run: RunRecord) => SeriesQuantiles | undefined): TimeLine[] =>
  drawn.flatMap(({ run, look }) => {
    const quantiles = of(run);
    if (!quantiles) return [];
    return [
      { name: `${look.label} p50`, run, look, width: 1, values: quantiles.p50 },
      { name: `${look.label} p95`, run, look, width: 2.25, values: quantiles.p95 },
    ];
  });

const OLDER = 'an older version recorded these runs';

const clockPicture = (drawn: readonly Drawn[], role: Role): Picture =>
  timePicture({
    id: `time-clock-${role}`,
    title: `Clock of the ${role} GPUs`,
    shows: `Applied clock: the mean of the ${role} instances of each run as a strong line, single instances as faint ones.`,
    unit: 'MHz',
    fromZero: false,
    lines: roleLines(drawn, role, ({ clockMhz }) => clockMhz),
    otherwise: `No clocks of ${role} GPUs over time: nobody saw them.`,
  });

const REQUESTS = {
  prefill: { title: 'Prompts that wait or run, per prefill instance', shows: 'Prompts waiting or under way.' },
  decode: { title: 'Batch: running requests per decode instance', shows: 'Requests that are being answered.' },
} as const;

const batchPicture = (drawn: readonly Drawn[], role: Role): Picture =>
  timePicture({
    id: `time-requests-${role}`,
    ...REQUESTS[role],
    shows: `${REQUESTS[role].shows} The mean of the ${role} instances of each run as a strong line, single instances as faint ones.`,
    unit: 'requests',
    lines: roleLines(drawn, role, ({ requests }) => requests),
    otherwise: `No requests per ${role} instance over time: ${OLDER}.`,
  });

/** What went on, second by second. */
export const timePictures = (model: ReportModel, looks: readonly RunLook[]): Picture[] => {
  const drawn = model.runs.map(({ record }, i) => ({ run: record, look: looks[i]! }));
  if (drawn.length === 0) return [];
  return [
    timePicture({
      id: 'time-power',
      title: 'Power of all GPUs',
      shows: 'Power of all GPUs of each run.',
      unit: 'W',
      lines: drawn.map(({ run, look }) => ({ name: look.label, run, look, width: 2, values: run.series.powerW })),
      otherwise: 'No power over time: there was no power meter.',
    }),
    clockPicture(drawn, 'prefill'),
    clockPicture(drawn, 'decode'),
    batchPicture(drawn, 'prefill'),
    batchPicture(drawn, 'decode'),
    timePicture({
      id: 'time-ttft',
      title: 'Time to first token',
      shows: 'Median (thin) and 95th percentile (thick) of the first tokens that came in each step.',
      unit: 'ms',
      lines: quantileLines(drawn, ({ series }) => series.ttftMs),
      limit: commonLimit(model, ({ config }) => config.slo.ttftMs, 'promise'),
      otherwise: `No times to first token over time: ${OLDER}.`,
    }),
    timePicture({
      id: 'time-gaps',
      title: 'Gaps between tokens',
      shows: 'Median (thin) and 95th percentile (thick) of the gaps that ended in each step.',
      unit: 'ms',
      lines: quantileLines(drawn, ({ series }) => series.itlMs),
      limit: commonLimit(model, ({ config }) => config.slo.itlMs, 'promise of the mean gap'),
      otherwise: `No gaps over time: ${OLDER}.`,
    }),
  ];
};
