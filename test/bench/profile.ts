/**
 * Profiling and fitting on virtual time: npm run --silent bench:profile -- [--json] [--devices N]. The emulated devices draw their
 * personalities from seeds; what each is measured and fitted to is held against what it really does. Minutes.
 */
import { parseArgs } from 'node:util';
import { max, median } from 'simple-statistics';
import { figureMaker, report, type Figure } from './figures.ts';
import { adaptiveFigures } from './profile-adaptive.ts';
import { resultOf, type DeviceResult } from './profile/accuracy.ts';
import { benchDevice } from './profile/device.ts';
import { fitSeconds } from './profile/fit-time.ts';
import { leaveOneClockOut } from './profile/public-rows.ts';

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false }, devices: { type: 'string', default: '20' } } });
const devices = Math.max(1, Number(values.devices) || 20);
const FIT_ROUNDS = 5;

const figure = figureMaker('npm run --silent bench:profile -- --json');

function deviceFigures(results: readonly DeviceResult[]): Figure[] {
  const middle = (of: (result: DeviceResult) => number): number => median(results.map(of));
  const worst = (of: (result: DeviceResult) => number): number => max(results.map(of));
  const n = results.length;
  return [
    figure(
      'latency error on 500 points, median',
      middle(({ chosen }) => chosen.latency),
      '%',
      '<= 3',
      n,
    ),
    figure(
      'latency error on 500 points, worst device',
      worst(({ chosen }) => chosen.latency),
      '%',
      'none',
      n,
    ),
    figure(
      'power error on 500 points, median',
      middle(({ chosen }) => chosen.power),
      '%',
      '<= 4',
      n,
    ),
    figure(
      'power error on 500 points, worst device',
      worst(({ chosen }) => chosen.power),
      '%',
      'none',
      n,
    ),
    figure(
      'GPU seconds of a profile, median',
      middle(({ gpuSeconds }) => gpuSeconds),
      's',
      '<= 600',
      n,
    ),
    figure(
      'GPU seconds of a profile, worst device',
      worst(({ gpuSeconds }) => gpuSeconds),
      's',
      '<= 600',
      n,
    ),
    figure(
      'points of a profile, median',
      middle(({ points }) => points),
      'points',
      'none',
      n,
    ),
    figure(
      'latency error of segments alone, median',
      middle(({ segments }) => segments.latency),
      '%',
      'none',
      n,
    ),
    figure(
      'power error of segments alone, median',
      middle(({ segments }) => segments.power),
      '%',
      'none',
      n,
    ),
    figure('physics chosen', 100 * (results.filter(({ physicsChosen }) => physicsChosen).length / n), '%', 'none', n),
    figure(
      'fresh readings within their interval, median',
      middle(({ coveredPct }) => coveredPct),
      '%',
      'none',
      n,
    ),
    figure(
      'moved by 10 % outliers of 5x, median',
      middle(({ movedPct }) => movedPct),
      '%',
      '<= 2',
      n,
    ),
    figure(
      'moved by 10 % outliers of 5x, worst device',
      worst(({ movedPct }) => movedPct),
      '%',
      'none',
      n,
    ),
    figure(
      'GPU seconds of the reference grid, median',
      middle(({ reference }) => reference.gpuSeconds),
      's',
      'none',
      n,
    ),
    figure(
      'reference grid, latency error at its clocks',
      middle(({ reference }) => reference.ownClocks.latency),
      '%',
      'none',
      n,
    ),
    figure(
      'reference grid, latency error everywhere',
      middle(({ reference }) => reference.everywhere.latency),
      '%',
      'none',
      n,
    ),
    figure(
      'reference grid at our pace over ours',
      middle(({ gpuSeconds, reference }) => reference.atOurPaceGpuSeconds / gpuSeconds),
      'times',
      'none',
      n,
    ),
    figure(
      'reference grid over ours, GPU seconds',
      middle(({ gpuSeconds, reference }) => reference.gpuSeconds / gpuSeconds),
      'times',
      '>= 10',
      n,
    ),
  ];
}

function publicFigures(): Figure[] {
  const left = leaveOneClockOut();
  if (!left) {
    process.stderr.write('The public measurements are not at hand: no leave-one-clock-out error.\n');
    return [];
  }
  return [
    figure('A800 rows, one clock left out, physics', left.physicsPct, '%', 'none', left.n),
    figure('A800 rows, one clock left out, segments', left.segmentsPct, '%', 'none', left.n),
  ];
}

const results: DeviceResult[] = [];
for (let seed = 1; seed <= devices; seed++) {
  results.push(await resultOf(benchDevice(seed)));
  if (!values.json) process.stderr.write(`device ${seed} of ${devices}\n`);
}
report(
  'profiling and fitting',
  [
    ...deviceFigures(results),
    figure('10 000 points fitted, median', median(fitSeconds(FIT_ROUNDS)), 's', '<= 2', FIT_ROUNDS),
    ...publicFigures(),
    ...adaptiveFigures(figure, devices),
  ],
  { json: values.json, mode: 'simulated', seed: 1 },
);
