/**
 * The demo's claims over several seeds, in virtual time: npm run --silent bench:demo -- [--json] [--seeds N]
 * Both routings with every governor, so that what clocks save and what routing saves are told apart.
 */
import { parseArgs } from 'node:util';
import { median } from 'simple-statistics';
import type { WorkloadRequest } from '../../src/domain/request.ts';
import type { RunRecord } from '../../src/domain/run-record.ts';
import { azureSlice } from '../fixtures/world/azure-slice.ts';
import { bestFixedPair, type BestPair } from '../fixtures/world/best-fixed-pair.ts';
import { BASELINE, CANDIDATE, demoSchedule, jointOf, savedPct, serve, worldOf, type World } from '../fixtures/world/simulated-runs.ts';
import { decisionTimesUs } from './decision-times.ts';
import { figureMaker, report, type Figure } from './figures.ts';

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false }, seeds: { type: 'string', default: '8' } } });
const seeds = Array.from({ length: Math.max(1, Number(values.seeds) || 8) }, (_, i) => i + 1);
const figure = figureMaker('npm run --silent bench:demo -- --json');

/** One workload served every way. */
interface Case {
  readonly baseline: RunRecord;
  readonly candidate: RunRecord;
  readonly maxEco: RunRecord;
  readonly sloLeastRequests: RunRecord;
  readonly fixedBest: BestPair;
  readonly fixedBestEco: BestPair;
}

const serveAll = (world: World, schedule: readonly WorkloadRequest[]): Case => {
  const baseline = serve(world, BASELINE, schedule);
  return {
    baseline,
    candidate: serve(world, CANDIDATE, schedule),
    maxEco: serve(world, { governor: 'max', routing: 'eco' }, schedule),
    sloLeastRequests: serve(world, { governor: 'slo', routing: 'least-requests' }, schedule),
    fixedBest: bestFixedPair(world, schedule, baseline, 'least-requests'),
    fixedBestEco: bestFixedPair(world, schedule, baseline, 'eco'),
  };
};

const saved = ({ baseline, candidate }: Case): number => savedPct(baseline, candidate);
const attainmentChange = ({ baseline, candidate }: Pick<Case, 'baseline' | 'candidate'>): number =>
  100 * (jointOf(candidate) - jointOf(baseline));
const notCompleted = ({ requests: { offered, completed } }: RunRecord): number => offered - completed;
const transitionsPerS = ({ clocks, measuredS, config }: RunRecord): number =>
  clocks.transitions / measuredS / (config.prefill + config.decode);
/** 1 point or 2 requests, whichever is more. */
const attainmentLimit = (offered: number): string => `>= ${-Math.max(1, 200 / offered)}`;

const claims = (cases: readonly Case[]): Figure[] => {
  const n = cases.length;
  const { offered } = cases[0]!.baseline.requests;
  return [
    figure('energy_saved_pct', median(cases.map(saved)), '%', '>= 30', n),
    figure('energy_saved_worst_seed_pct', Math.min(...cases.map(saved)), '%', '>= 30', n),
    figure('attainment_change_points', Math.min(...cases.map(attainmentChange)), 'points', attainmentLimit(offered), n),
    figure('baseline_joint', Math.min(...cases.map(({ baseline }) => jointOf(baseline))), 'fraction', '>= 0.97', n),
    figure(
      'requests_not_completed',
      cases.reduce((sum, { baseline, candidate }) => sum + notCompleted(baseline) + notCompleted(candidate), 0),
      'requests',
      '<= 0',
      n,
    ),
    figure('best_fixed_pair_saved_pct', median(cases.map(({ fixedBest }) => fixedBest.savedPct)), '%', 'none', n),
    figure('margin_over_best_fixed_pair_points', Math.min(...cases.map((one) => saved(one) - one.fixedBest.savedPct)), 'points', '>= 0', n),
    figure('transitions_per_s_per_domain', Math.max(...cases.map(({ candidate }) => transitionsPerS(candidate))), '1/s', '<= 2', n),
  ];
};

/** What routing does without clocks, clocks without routing, and the best fixed clocks with our routing. */
const apart = (cases: readonly Case[]): Figure[] => {
  const medianOf = (of: (one: Case) => number): number => median(cases.map(of));
  const worstOf = (of: (one: Case) => number): number => Math.min(...cases.map(of));
  const sloLeast = ({ baseline, sloLeastRequests }: Case): number => savedPct(baseline, sloLeastRequests);
  const n = cases.length;
  return [
    figure(
      'max_eco_saved_pct',
      medianOf(({ baseline, maxEco }) => savedPct(baseline, maxEco)),
      '%',
      'none',
      n,
    ),
    figure('slo_least_requests_saved_pct', medianOf(sloLeast), '%', 'none', n),
    figure(
      'fixed_best_eco_saved_pct',
      medianOf(({ fixedBestEco }) => fixedBestEco.savedPct),
      '%',
      'none',
      n,
    ),
    figure(
      'margin_over_fixed_best_both_eco_points',
      worstOf((one) => saved(one) - one.fixedBestEco.savedPct),
      'points',
      'none',
      n,
    ),
    figure(
      'margin_over_fixed_best_both_least_requests_points',
      worstOf((one) => sloLeast(one) - one.fixedBest.savedPct),
      'points',
      'none',
      n,
    ),
    figure(
      'ttft_p99_added_ms',
      medianOf(({ baseline, candidate }) => candidate.ttftMs.p99! - baseline.ttftMs.p99!),
      'ms',
      'none',
      n,
    ),
    figure(
      'gap_p99_added_ms',
      medianOf(({ baseline, candidate }) => candidate.itlMs.p99! - baseline.itlMs.p99!),
      'ms',
      'none',
      n,
    ),
  ];
};

const otherDevices = (): Figure => {
  const savings = seeds.map((seed) => {
    const world = worldOf(worldOf().specs.map((spec) => ({ ...spec, seed: spec.seed + 1000 * seed })));
    const schedule = demoSchedule(seed);
    return savedPct(serve(world, BASELINE, schedule), serve(world, CANDIDATE, schedule));
  });
  return figure('energy_saved_worst_other_devices_pct', Math.min(...savings), '%', '>= 30', savings.length);
};

const traceFigures = (world: World): Figure[] => {
  const schedule = azureSlice();
  if (schedule === null) {
    process.stderr.write('The Azure trace does not lie in ../shared/data/traces: its figures are left out.\n');
    return [];
  }
  const one = serveAll(world, schedule);
  const n = schedule.length;
  return [
    figure('azure_trace_saved_pct', saved(one), '%', '>= 30', n),
    figure('azure_trace_attainment_change_points', attainmentChange(one), 'points', attainmentLimit(n), n),
    figure('azure_trace_baseline_joint', jointOf(one.baseline), 'fraction', '>= 0.97', n),
    figure('azure_trace_margin_over_best_fixed_pair_points', saved(one) - one.fixedBest.savedPct, 'points', '>= 0', n),
    figure('azure_trace_margin_over_fixed_best_both_eco_points', saved(one) - one.fixedBestEco.savedPct, 'points', 'none', n),
  ];
};

const world = worldOf();
const cases = seeds.map((seed) => serveAll(world, demoSchedule(seed)));
const timesUs = decisionTimesUs(world, demoSchedule(1));
report(
  'Demo: max with least-requests against slo with eco, azure-conv-2023 at 8/s',
  [
    ...claims(cases),
    ...apart(cases),
    otherDevices(),
    ...traceFigures(world),
    figure('governor_decision_us', median(timesUs), 'us', '<= 1000', timesUs.length),
  ],
  { json: values.json, mode: 'simulated', seed: 1 },
);
