import type { ClusterFile, EngineKind, EngineSettings } from '../domain/cluster.ts';

interface Wrong {
  readonly problem: string;
  readonly hint: string;
}

type Setting = 'batching.chunkTokens' | 'batching.maxRunning' | 'batching.captureSizes' | 'kvDtype';

const FILES = ['--config', '--extra-llm-api-options'];

/** Options of an engine's command line that say what a setting says. Engines take `_` for `-`. */
const SAME: Readonly<Partial<Record<EngineKind, Readonly<Record<Setting, readonly string[]>>>>> = {
  sglang: {
    'batching.chunkTokens': ['--chunked-prefill-size'],
    'batching.maxRunning': ['--max-running-requests'],
    'batching.captureSizes': ['--cuda-graph-bs', '--cuda-graph-max-bs', '--disable-cuda-graph'],
    kvDtype: ['--kv-cache-dtype'],
  },
  vllm: {
    'batching.chunkTokens': ['--max-num-batched-tokens'],
    'batching.maxRunning': ['--max-num-seqs'],
    'batching.captureSizes': [
      '--compilation-config',
      '-cc',
      '-O',
      '--cudagraph-capture-sizes',
      '--max-cudagraph-capture-size',
      '--cuda-graph-sizes',
      '--enforce-eager',
    ],
    kvDtype: ['--kv-cache-dtype'],
  },
  trtllm: {
    // The file of settings that voltana writes, where somebody brings one, is not written.
    'batching.chunkTokens': ['--max-num-tokens', ...FILES],
    'batching.maxRunning': ['--max-batch-size'],
    'batching.captureSizes': FILES,
    kvDtype: ['--kv-cache-dtype', ...FILES],
  },
};

const given = ({ batching = {}, kvDtype }: EngineSettings): Setting[] => {
  const values: Readonly<Record<Setting, unknown>> = {
    'batching.chunkTokens': batching.chunkTokens,
    'batching.maxRunning': batching.maxRunning,
    'batching.captureSizes': batching.captureSizes,
    kvDtype,
  };
  return (Object.keys(values) as Setting[]).filter((name) => values[name] !== undefined);
};

type Place = 'command' | 'args' | 'prefillArgs' | 'decodeArgs';

/** Where words can say the same of the engines that a setting is for. */
const PLACES: Readonly<Record<Setting, readonly Place[]>> = {
  'batching.chunkTokens': ['command', 'args', 'prefillArgs'],
  'batching.maxRunning': ['command', 'args', 'decodeArgs'],
  'batching.captureSizes': ['command', 'args', 'decodeArgs'],
  kvDtype: ['command', 'args', 'prefillArgs', 'decodeArgs'],
};

const says = (word: string, name: string): boolean => {
  const [option = ''] = word.split(/[=.]/);
  return option.replaceAll('_', '-') === name;
};

function saidTwice(engine: EngineSettings, setting: Setting): Wrong[] {
  const names = SAME[engine.kind]?.[setting] ?? [];
  return PLACES[setting].flatMap((place) =>
    (engine[place] ?? [])
      .filter((word) => names.some((name) => says(word, name)))
      .map((word) => ({
        problem: `engine.${setting} and "${word}" of engine.${place} say the same thing`,
        hint: `Leave one of the two out.`,
      })),
  );
}

/** vLLM does not start with fewer tokens in an iteration than requests. */
function tooFewTokens({ engine, instances }: ClusterFile): Wrong[] {
  const { chunkTokens = Infinity, maxRunning = 0 } = engine.batching ?? {};
  if (engine.kind !== 'vllm' || chunkTokens >= maxRunning || !instances.some(({ role }) => role === 'aggregated')) return [];
  return [
    {
      problem: `engine.batching.chunkTokens ${chunkTokens} is below engine.batching.maxRunning ${maxRunning}`,
      hint: 'Give one iteration at least a token for each request that vLLM decodes.',
    },
  ];
}

/** What of `engine` a schema cannot say. Whoever attaches starts nothing, so that no two words can contradict each other. */
export const engineProblems = (cluster: ClusterFile): Wrong[] =>
  cluster.launcher.kind === 'attach'
    ? []
    : [...given(cluster.engine).flatMap((setting) => saidTwice(cluster.engine, setting)), ...tooFewTokens(cluster)];

/** What becomes of instances, and what they may draw, where that cannot be. */
export function restProblems({ engine, launcher, instances, control = {} }: ClusterFile): Wrong[] {
  const { rest = 'awake', powerLimitW, agents } = control;
  const wrong: Wrong[] = [];
  if (rest === 'park' && (launcher.discover !== undefined || instances.some(({ role }) => role === 'aggregated')))
    wrong.push({
      problem: 'control.rest park is for prefill and decode instances that the cluster file names',
      hint: 'Leave control.rest out where instances are discovered or do both phases.',
    });
  if (powerLimitW !== undefined && engine.kind !== 'emulated' && agents === undefined)
    wrong.push({
      problem: `control.powerLimitW ${powerLimitW} needs control.agents: nobody else sets power limits`,
      hint: `Name the agents, with bounds.powerLimitW in their files, or set it by hand: nvidia-smi -pl ${powerLimitW}.`,
    });
  return wrong;
}

/** What of `control.tunables` and `control.fixedMhz` a schema cannot say. */
export function ladderProblems({ control = {} }: ClusterFile): Wrong[] {
  const { tunables = {}, minClockMhz = 0, maxClockMhz = Infinity } = control;
  const phases = [
    ['Prefill', tunables.minPrefillClockMhz, tunables.maxPrefillClockMhz],
    ['Decode', tunables.minDecodeClockMhz, tunables.maxDecodeClockMhz],
  ] as const;
  return phases.flatMap(([phase, least, most]) => {
    const [from, to] = [`control.tunables.min${phase}ClockMhz ${least}`, `control.tunables.max${phase}ClockMhz ${most}`];
    const hint = 'Exchange or correct the two.';
    if (least !== undefined && most !== undefined && least > most) return [{ problem: `${from} is above ${to}`, hint }];
    if (least !== undefined && least > maxClockMhz) return [{ problem: `${from} is above control.maxClockMhz ${maxClockMhz}`, hint }];
    if (most !== undefined && most < minClockMhz) return [{ problem: `${to} is below control.minClockMhz ${minClockMhz}`, hint }];
    return [];
  });
}
