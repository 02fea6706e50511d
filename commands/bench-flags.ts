import { Flags } from '@oclif/core';
import { agentFlags } from './agent-flags.ts';
import { inGroup } from './flag-groups.ts';
import { numberFlag, numberSetting } from './flags.ts';

const count = (name: string, description: string, max = 5_000_000) => numberFlag(name, description, { min: 1, max, whole: true });

const target = inGroup('Target', {
  url: Flags.string({ description: 'an endpoint that runs already: http://HOST:PORT', helpValue: 'URL' }),
  api: Flags.string({ description: 'openai-completions (default), openai-chat or sglang-generate', helpValue: 'API' }),
  model: Flags.string({ description: 'model to ask for [default: the first that the endpoint serves]', helpValue: 'NAME' }),
  'api-key-file': Flags.string({ description: 'file that holds the API key [default: OPENAI_API_KEY]', helpValue: 'FILE' }),
  'endpoint-ca-file': Flags.string({ description: "CA of the endpoint's certificate [default: the system's]", helpValue: 'FILE' }),
  insecure: Flags.boolean({ description: "take any certificate of the endpoint's" }),
  cluster: Flags.string({ description: 'serve this cluster while it is measured', helpValue: 'FILE|ID' }),
  fitted: Flags.string({ description: 'fitted profile of this cluster', helpValue: 'FILE|ID' }),
  governor: Flags.string({ description: "who chooses the clocks [default: the cluster file's, or slo]", helpValue: 'G' }),
  routing: Flags.string({ description: "who chooses the instances [default: the cluster file's, or eco]", helpValue: 'R' }),
  clocks: Flags.string({ description: 'clock of governor fixed: MHZ, or PREFILL:DECODE', helpValue: 'MHZ' }),
  'gateway-port': numberSetting('gatewayPort'),
});

const load = inGroup('Load', {
  rate: numberFlag('rate', 'open loop: requests per second [default: 8, or as the trace has them]', { min: 0.001, max: 1_000_000 })({
    helpValue: 'R',
  }),
  arrivals: Flags.string({
    description: 'poisson (default), constant, gamma, or empirical: as in the trace of the workload',
    helpValue: 'KIND',
  }),
  burstiness: numberFlag('burstiness', 'gamma shape of the gaps; below 1 is burstier than Poisson', { min: 0.01, max: 1000 })({
    helpValue: 'B',
  }),
  ramp: Flags.string({ description: 'open loop: rate from one to the other over the run', helpValue: 'FROM:TO[:exponential]' }),
  concurrency: count('concurrency', 'closed loop: so many requests at a time', 100_000)({ helpValue: 'N' }),
  trace: Flags.string({ description: 'replay a trace at its own times, or at --rate', helpValue: 'FILE' }),
  workload: Flags.string({ description: 'lengths of prompts and answers [default: azure-conv-2023]', helpValue: 'ID' }),
  duration: numberFlag('duration', 'send for S seconds [default: 60, or the whole trace]', { min: 0.001, max: 1e7 })({ helpValue: 'S' }),
  requests: count('requests', 'at most so many requests')({ helpValue: 'N' }),
  seed: numberSetting('seed'),
});

const promises = inGroup('Promises', {
  'slo-ttft': numberSetting('sloTtftMs', { description: 'promised time to first token' }),
  'slo-itl': numberSetting('sloItlMs', { description: 'promised mean gap between the tokens of a request (TPOT)' }),
});

const measuring = inGroup('Measuring', {
  repeat: count('repeat', 'measure so often: only repeats tell how far runs differ by themselves', 1000)({ helpValue: 'N' }),
  'warm-up': numberFlag(
    'warm-up',
    'send up to S seconds before it counts, until latencies settle; 0 for none [default: 30, or half of a short run]',
    {
      min: 0,
      max: 3600,
    },
  )({ helpValue: 'S' }),
  gpus: Flags.string({ description: 'GPUs of the endpoint whose joules the agent counts', helpValue: 'LIST' }),
  ...agentFlags,
  'wall-meter': Flags.string({
    description:
      'a meter at the plug, told beside the GPUs: URL#NAME (JSON path or Prometheus name) or FILE, with :UNIT where the name has none',
    helpValue: 'SOURCE',
    exclusive: ['ab'],
  }),
  'wall-meter-key-file': Flags.string({ description: 'file that holds USER:PASSWORD or a token for the wall meter', helpValue: 'FILE' }),
  'wall-meter-insecure': Flags.boolean({ description: "take any certificate of the wall meter's" }),
});

/** What a bench is asked; every one of them can be repeated from a record. */
export const benchFlags = { ...target, ...load, ...promises, ...measuring };

/** Of an A/B test. */
export const abFlags = inGroup('A/B', {
  ab: Flags.string({
    description: 'two configurations in turns on the same GPUs: governors, KEY=VALUE lists, or URLs',
    helpValue: 'A B',
    multiple: true,
    exclusive: ['threshold', 'baseline', 'repeat', 'duration', 'requests', 'save-vllm'],
  }),
  blocks: numberFlag('blocks', 'of --ab: randomised pairs of periods [default: 8]', { min: 1, max: 1000, whole: true })({
    helpValue: 'N',
    dependsOn: ['ab'],
  }),
  period: numberFlag('period', 'of --ab: s that count of each period [default: 60]', { min: 1, max: 86_400 })({
    helpValue: 'S',
    dependsOn: ['ab'],
  }),
  washout: numberFlag(
    'washout',
    'of --ab: s of load between periods that do not count [default: as requests and chips need, 60 at least]',
    {
      min: 0,
      max: 86_400,
    },
  )({ helpValue: 'S', dependsOn: ['ab'] }),
  aa: Flags.boolean({ description: 'of --ab: A against itself first; a rig that fails it is not fit', default: true, allowNo: true }),
});
