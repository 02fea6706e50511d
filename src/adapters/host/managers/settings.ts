import { basename } from 'node:path';
import type { FoundManager } from '../../../domain/manager.ts';
import { commandsIn, type SimpleCommand } from './words.ts';

/** What a command would set. */
export type Setting = Pick<FoundManager, 'sets' | 'families' | 'devices'> & { readonly tool: string };

interface Tool {
  readonly families: FoundManager['families'];
  /** Without these words among its arguments it sets nothing. */
  readonly verbs: readonly string[];
  readonly clocks: readonly string[];
  readonly power: readonly string[];
  /** Options that name devices. */
  readonly devices: readonly string[];
}

/** Options that set something, from each tool's own help. Those that only read, such as -q, are none of ours. */
const TOOLS: Readonly<Record<string, Tool>> = {
  'nvidia-smi': {
    families: ['nvml'],
    verbs: [],
    clocks: [
      '-lgc',
      '--lock-gpu-clocks',
      '-lmc',
      '--lock-memory-clocks',
      '-lmcd',
      '--lock-memory-clocks-deferred',
      '-ac',
      '--applications-clocks',
    ],
    power: ['-pl', '--power-limit', '--vboost', '--set-requested', '-sr'],
    devices: ['-i', '--id'],
  },
  dcgmi: {
    families: ['nvml'],
    verbs: ['config', '--set'],
    clocks: ['-a', '--appclocks'],
    power: ['-P', '--powerlimit'],
    devices: [],
  },
  'rocm-smi': {
    families: ['amdgpu'],
    verbs: [],
    clocks: [
      ...['--setsclk', '--setmclk', '--setslevel', '--setmlevel', '--setvc', '--setsrange', '--setmrange', '--setextremum'],
      ...['--setperflevel', '--setperfdeterminism', '--setoverdrive', '--setmemoverdrive'],
    ],
    power: ['--setpoweroverdrive'],
    devices: ['-d', '--device'],
  },
  'amd-smi': {
    families: ['amdgpu'],
    verbs: ['set'],
    clocks: ['-l', '--perf-level', '-d', '--perf-determinism', '-L', '--clk-limit', '-c', '--clk-level'],
    power: ['-o', '--power-cap'],
    devices: ['-g', '--gpu'],
  },
  cpupower: {
    families: ['cpufreq'],
    verbs: ['frequency-set'],
    clocks: ['-u', '--max', '-d', '--min', '-f', '--freq', '-g', '--governor'],
    power: [],
    devices: [],
  },
  'cpufreq-set': {
    families: ['cpufreq'],
    verbs: [],
    clocks: ['-u', '--max', '-d', '--min', '-f', '--freq', '-g', '--governor'],
    power: [],
    devices: [],
  },
};

/** Files of the kernel that a line may write to. */
const KERNEL_FILES: readonly { readonly name: RegExp; readonly setting: Omit<Setting, 'tool' | 'devices'> }[] = [
  { name: /^(pp_dpm_[a-z]+|pp_od_clk_voltage|power_dpm_force_performance_level)$/, setting: { sets: 'clocks', families: ['amdgpu'] } },
  { name: /^power\d+_cap$/, setting: { sets: 'power', families: ['amdgpu'] } },
  { name: /^scaling_(max_freq|min_freq|governor|setspeed)$/, setting: { sets: 'clocks', families: ['cpufreq'] } },
];

/** What only names a tool, or looks for it. */
const TALKERS = [
  'echo',
  'printf',
  'logger',
  'which',
  'type',
  'grep',
  'pgrep',
  'pkill',
  'killall',
  'test',
  '[',
  '[[',
  'man',
  'command',
  'cat',
  'ls',
];
/** The driver's own choice: asking for it is giving back. */
const DEFAULTS = ['auto'];

const optionOf = (word: string): string => word.split('=')[0]!;

const has = (words: readonly string[], options: readonly string[]): boolean =>
  words.some((word, i) => options.includes(optionOf(word)) && !DEFAULTS.includes(word.split('=')[1] ?? words[i + 1] ?? ''));

const setsOf = (clocks: boolean, power: boolean): Setting['sets'] | null =>
  clocks && power ? 'both' : clocks ? 'clocks' : power ? 'power' : null;

/** `-i 0,1`, `--id=GPU-…`, `-d 0 1`. Null where none are named, or a variable names them. */
function devicesIn(words: readonly string[], options: readonly string[]): readonly string[] | null {
  const at = words.findIndex((word) => options.includes(optionOf(word)));
  if (at === -1) return null;
  const [, joined] = words[at]!.split('=');
  const after = words.slice(at + 1);
  const end = after.findIndex((word) => word.startsWith('-'));
  const named = (joined === undefined ? after.slice(0, end === -1 ? undefined : end) : [joined]).flatMap((word) => word.split(','));
  const devices = named.filter((name) => name !== '');
  return devices.length === 0 || devices.some((name) => !/^[\w:.-]+$/.test(name) || name === 'all') ? null : devices;
}

function ofTool(name: string, words: readonly string[]): Setting | null {
  // A name may be one that every object has.
  const tool = Object.hasOwn(TOOLS, name) ? TOOLS[name] : undefined;
  if (tool === undefined || !tool.verbs.every((verb) => words.includes(verb))) return null;
  const sets = setsOf(has(words, tool.clocks), has(words, tool.power));
  return sets === null ? null : { tool: name, sets, families: tool.families, devices: devicesIn(words, tool.devices) };
}

function ofKernelFile(file: string): Setting | null {
  const found = KERNEL_FILES.find(({ name }) => name.test(basename(file)));
  return found === undefined ? null : { tool: basename(file), ...found.setting, devices: null };
}

/** systemd's marks before a program. */
const program = (word: string): string => basename(word.replace(/^[-@:+!]+/, ''));

const MOST_NESTED = 3;

function ofCommand({ words, writesTo }: SimpleCommand, depth: number): Setting[] {
  const files = (words.includes('tee') ? [...writesTo, ...words] : writesTo).map(ofKernelFile).filter((found) => found !== null);
  if (files.length > 0) return words.some((word) => DEFAULTS.includes(word)) ? [] : files;
  for (const [i, word] of words.entries()) {
    const name = program(word);
    if (TALKERS.includes(name)) return [];
    // The text of `sh -c`.
    if (/\s/.test(word) && depth > 0) return settingsIn(word, depth - 1);
    const setting = ofTool(name, words.slice(i + 1));
    if (setting !== null) return [setting];
  }
  return [];
}

/** All that a line of shell sets, as far as can be told without running it. Pure. */
export const settingsIn = (line: string, depth = MOST_NESTED): Setting[] =>
  commandsIn(line).flatMap((command) => ofCommand(command, depth));

/** The same for the words of a running process. Pure. */
export const settingsOf = (words: readonly string[]): Setting[] => ofCommand({ words, writesTo: [] }, MOST_NESTED);
