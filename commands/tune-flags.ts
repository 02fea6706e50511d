import { Flags, type Interfaces } from '@oclif/core';
import { commonFlags, numberFlag, numberSetting, outputFlag, switchSetting } from './flags.ts';
import { liveFlags } from './tune-live-flags.ts';

const count = (name: string, description: string) => numberFlag(name, description, { min: 1, max: 10_000, whole: true });
const list = (description: string, helpValue = 'LIST') => Flags.string({ description, helpValue });
const amount = (name: string, description: string) => numberFlag(name, description, { min: 0, max: 1e9 });

/** What a search is asked; all of it can be taken up again from a journal. */
export const searchFlags = {
  gpu: Flags.string({ description: 'GPU card; with --fitted, what the fits must be of', helpValue: 'ID' }),
  model: Flags.string({ description: 'model card; with --fitted, what the fits must be of', helpValue: 'ID' }),
  engine: Flags.string({ description: 'engine card [default: sglang-like]', helpValue: 'ID' }),
  tp: list('GPUs per instance, to choose from [default: the fewest that hold the model]'),
  fitted: Flags.string({
    description: 'devices as a fit of measurements has them; again for others to choose from',
    helpValue: 'FILE|ID',
    multiple: true,
    multipleNonGreedy: true,
  }),
  dtype: list('number formats of the weights to choose from: bf16, fp8 [default: as the model card]'),
  'kv-dtype': list('number formats of the KV to choose from: bf16, fp8 [default: as the model card]'),
  workload: Flags.string({ description: 'lengths of prompts and answers [default: azure-conv-2023]', helpValue: 'ID' }),
  trace: Flags.string({ description: 'the requests of a trace, at --rate or their own mean rate', helpValue: 'FILE' }),
  from: Flags.string({ description: 'the load of a recorded run, and its promises where no others are given', helpValue: 'RUN' }),
  rate: numberFlag('rate', 'requests per second', { min: 0.001, max: 1_000_000 })({ helpValue: 'R' }),
  burstiness: numberFlag('burstiness', 'gamma shape of the arrivals; below 1 is burstier than Poisson [default: 1]', {
    min: 0.01,
    max: 1000,
  })({ helpValue: 'B' }),
  'slo-ttft': numberSetting('sloTtftMs', { description: 'promised time to first token' }),
  'slo-itl': numberSetting('sloItlMs', { description: 'promised mean gap between tokens' }),
  'slo-target': numberFlag('slo-target', 'fraction of the requests that must keep both promises [default: 0.99]', { min: 0, max: 1 })({
    helpValue: 'F',
  }),
  confidence: numberFlag('confidence', 'how sure that must be, one-sided [default: 0.95]', { min: 0.5, max: 0.9999 })({ helpValue: 'F' }),
  gpus: Flags.string({ description: 'how many GPUs, at least and at most [default: 2..16]', helpValue: 'N|LEAST..MOST' }),
  'power-budget': amount('power-budget', 'watts of all GPUs together, in any second')({ helpValue: 'W' }),
  prefill: count('prefill', 'given layout: prefill instances [default: all GPUs split evenly]')({ helpValue: 'N' }),
  decode: count('decode', 'given layout: decode instances')({ helpValue: 'N' }),
  aggregated: count('aggregated', 'given layout: instances that do both phases')({ helpValue: 'N' }),
  cluster: Flags.string({ description: 'given layout, devices and promises of a cluster file', helpValue: 'FILE|ID' }),
  governors: list('governors to choose from [default: slo,mpc,fixed]'),
  routings: list('routing policies to choose from [default: eco,least-requests]'),
  caps: list('power limits of a GPU to choose from, W [default: its own]'),
  rest: list('what may become of instances that nobody needs: awake, park, release [default: awake,park]'),
  objective: Flags.string({ description: 'what to use least of: energy (default), cost or carbon', helpValue: 'O' }),
  'price-per-kwh': amount('price-per-kwh', 'what a kWh costs')({ helpValue: 'P' }),
  'gpu-hour-price': amount('gpu-hour-price', 'what a GPU costs per hour, but for its energy')({ helpValue: 'P' }),
  currency: Flags.string({ description: 'what prices are in [default: USD]', helpValue: 'TEXT' }),
  pue: numberFlag('pue', 'energy of the facility per energy of its GPUs [default: 1]', { min: 1, max: 10 })({ helpValue: 'F' }),
  'carbon-intensity': amount('carbon-intensity', 'grams of CO2 per kWh')({ helpValue: 'G' }),
  effort: Flags.string({ description: 'how much is tried: quick, usual (default) or thorough', helpValue: 'E' }),
  questions: list('what else to answer: largest-rate, fewest-gpus, slo-price, day'),
  'batch-rate': numberFlag('batch-rate', 'requests per second of a second tier, which has a deadline and no other promise', {
    min: 0.001,
    max: 1_000_000,
  })({ helpValue: 'R' }),
  'batch-deadline': numberFlag('batch-deadline', 'seconds from such a request to the end of its answer', { min: 0.001, max: 1e6 })({
    helpValue: 'S',
  }),
  'batch-workload': Flags.string({ description: 'its lengths: a workload, or a trace [default: as the others]', helpValue: 'ID|FILE' }),
  'batch-target': numberFlag('batch-target', 'fraction of them that must keep it [default: 0.99]', { min: 0, max: 1 })({ helpValue: 'F' }),
  seed: numberSetting('seed'),
};

/** How a search goes and where its result lands: nothing that changes what is found. */
export const searchWayFlags = {
  resume: Flags.string({ description: 'go on with a search that was interrupted', helpValue: 'RUN' }),
  workers: numberFlag('workers', 'simulations at a time [default: one per core]', { min: 1, max: 1024, whole: true })({ helpValue: 'N' }),
  'cluster-output': Flags.string({ description: 'write the recommended cluster file', helpValue: 'FILE' }),
  'dry-run': Flags.boolean({ description: 'print what would be searched, and about how long; simulate nothing' }),
};

const ENDINGS = ['.json', '.csv', '.md'];

/** All of `voltana tune`. */
export const tuneFlags = {
  ...commonFlags,
  tui: switchSetting('tui'),
  output: outputFlag('', ENDINGS),
  search: Flags.boolean({ description: 'simulate configurations and recommend one' }),
  ...searchFlags,
  ...searchWayFlags,
  ...liveFlags,
};
export type TuneFlags = Interfaces.InferredFlags<typeof tuneFlags>;
