import type { BatchingSettings, ClusterFile, ClusterInstance, EngineSettings } from '../../domain/cluster.ts';
import { VoltanaError } from '../../domain/errors.ts';
import type { EngineRole } from '../../domain/instance.ts';
import type { Slo } from '../../domain/slo.ts';
import { gpusOf, type DeviceVariant, type TuningChoice } from '../../domain/tuning.ts';

/** What a cluster file holds beside a choice. */
export interface ClusterGround {
  readonly slo: Slo;
  /** The deployment that the search began with; null where there was none, and then the engines are emulated. */
  readonly given: ClusterFile | null;
}

const LETTERS = { prefill: 'p', decode: 'd', aggregated: 'a' } as const satisfies Record<EngineRole, string>;
const LOOPBACK = '127.0.0.1';

/** A place for one instance: GPUs of one node. */
type Seat = Pick<ClusterInstance, 'node' | 'gpus'>;

const rolesOf = ({ prefill, decode, aggregated }: TuningChoice): readonly { readonly id: string; readonly role: EngineRole }[] =>
  Object.entries({ prefill, decode, aggregated }).flatMap(([role, count]) =>
    Array.from({ length: count }, (_, index) => ({ id: `${LETTERS[role as EngineRole]}${index}`, role: role as EngineRole })),
  );

const emulatedSeats = (count: number, tp: number): Seat[] =>
  Array.from({ length: count }, (_, seat) => ({ gpus: Array.from({ length: tp }, (_gpu, index) => `gpu${seat * tp + index}`) }));

/** The GPUs of a deployment in the order of its file, `tp` by `tp` and never over two nodes. */
function seatsOf({ instances }: ClusterFile, tp: number): Seat[] {
  const byNode = new Map<string | undefined, string[]>();
  for (const { node, gpus } of instances) byNode.set(node, [...(byNode.get(node) ?? []), ...gpus]);
  return [...byNode].flatMap(([node, gpus]) =>
    Array.from({ length: Math.floor(gpus.length / tp) }, (_, seat) => ({
      ...(node !== undefined && { node }),
      gpus: gpus.slice(seat * tp, (seat + 1) * tp),
    })),
  );
}

/** @throws VoltanaError BAD_VALUE for engines that run where they are, and for more GPUs than the deployment has */
function givenSeats(given: ClusterFile, choice: TuningChoice, count: number): Seat[] {
  const seats = seatsOf(given, choice.tp);
  if (seats.length >= count) return seats;
  throw new VoltanaError(
    'BAD_VALUE',
    `cluster "${given.name}" names no GPUs for ${count} instances of ${choice.tp}: the configuration needs ${gpusOf(choice)}`,
    { hint: 'Search with --gpus up to as many as its file lists, or list the others first.' },
  );
}

/** Engines that run already are what they are: only their instances as they stand can be named. */
function attachedInstances(given: ClusterFile, choice: TuningChoice): ClusterInstance[] {
  const taken = rolesOf(choice).reduce<ClusterInstance[]>((found, { role }) => {
    const next = given.instances.find((instance) => instance.role === role && !found.includes(instance));
    return next === undefined ? found : [...found, next];
  }, []);
  if (taken.length === rolesOf(choice).length && given.tp === choice.tp) return taken;
  throw new VoltanaError('BAD_VALUE', `cluster "${given.name}" attaches to engines of another layout than the configuration`, {
    hint: 'Start them as recommended and name them in the file, or search with a cluster file whose launcher starts engines.',
  });
}

/** Instances as they were, where they are the same: a fit and a seed are of one instance. */
function instancesOf(choice: TuningChoice, given: ClusterFile | null): ClusterInstance[] {
  if (given?.launcher.kind === 'attach') return attachedInstances(given, choice);
  const roles = rolesOf(choice);
  const sameLayout =
    given?.tp === choice.tp && roles.every(({ id, role }) => given.instances.some((one) => one.id === id && one.role === role));
  if (sameLayout) return roles.map(({ id }) => given.instances.find((one) => one.id === id)!);
  const emulated = given === null || given.engine.kind === 'emulated';
  const seats = emulated ? emulatedSeats(roles.length, choice.tp) : givenSeats(given, choice, roles.length);
  return roles.map((named, index) => ({ ...named, ...seats[index]! }));
}

function batchingOf({ chunkTokens, maxRunning, captureSizes }: TuningChoice): BatchingSettings | null {
  if (chunkTokens === null && maxRunning === null && captureSizes === null) return null;
  return {
    ...(chunkTokens !== null && { chunkTokens }),
    ...(maxRunning !== null && { maxRunning }),
    ...(captureSizes !== null && { captureSizes }),
  };
}

function engineOf(choice: TuningChoice, { engine, weights, kv }: DeviceVariant, given: ClusterFile | null): EngineSettings {
  const { batching: before, ...settings }: EngineSettings = given?.engine ?? { kind: 'emulated', card: engine.id };
  const own = batchingOf(choice);
  const batching = before || own ? { batching: { ...before, ...own } } : {};
  // bf16 is what an engine does by itself; beside FP8 weights nobody knows.
  const usual = weights === 'bf16' && kv === 'bf16' && settings.kvDtype === undefined;
  return { ...settings, ...batching, ...(usual ? {} : { kvDtype: kv }) };
}

type Control = NonNullable<ClusterFile['control']>;

/** The name of a fit that knows every instance, in the phase that it has here; null without one. */
function fitOf({ id, gpu, model, fitted }: DeviceVariant, tp: number, instances: readonly ClusterInstance[]): string | null {
  if (fitted === null) return null;
  const { provenance } = fitted;
  const same = provenance.gpu === gpu.id && provenance.model === model.id && provenance.tp === tp;
  const known = (one: ClusterInstance): boolean =>
    fitted.instances.some(({ instance, phase }) => instance === one.id && phase === one.role);
  return same && instances.every(known) ? id : null;
}

/** Clock bounds are what governors choose from, not what may hold: a promise in danger still finds the GPU's highest clock. */
function tunablesOf(choice: TuningChoice, before: Control['tunables']): Pick<Control, 'tunables'> {
  const { itlTarget, ttftTarget, minClockMhz, maxClockMhz } = choice;
  const tunables = {
    ...before,
    ...(itlTarget !== null && { itlTarget }),
    ...(ttftTarget !== null && { ttftTarget }),
    ...(minClockMhz !== null && { minPrefillClockMhz: minClockMhz, minDecodeClockMhz: minClockMhz }),
    ...(maxClockMhz !== null && { maxPrefillClockMhz: maxClockMhz, maxDecodeClockMhz: maxClockMhz }),
  };
  return Object.keys(tunables).length === 0 ? {} : { tunables };
}

function controlOf(choice: TuningChoice, fitted: string | null, given: ClusterFile | null): Control {
  const { governor, routing, fixedMhz, powerLimitW, rest } = choice;
  // What was measured or chosen for another configuration goes; who owns the clocks, and how often they may change, stays.
  const { fitted: _fitted, fixedMhz: _fixed, rest: _rest, powerLimitW: _cap, tunables, ...kept } = given?.control ?? {};
  return {
    ...kept,
    governor: governor === 'fixed-best' ? 'fixed' : governor,
    routing,
    ...(fitted !== null && { fitted }),
    ...(fixedMhz !== null && { fixedMhz }),
    ...tunablesOf(choice, tunables),
    // To release GPUs needs an operator who takes them, and who brings them back.
    ...(rest !== 'awake' && choice.aggregated === 0 && { rest: 'park' as const }),
    ...(powerLimitW !== null && (given === null || given.engine.kind === 'emulated' || kept.agents !== undefined) && { powerLimitW }),
  };
}

/**
 * A configuration as a file for `voltana serve`: emulated engines where nothing is known of a real deployment, else the given one with its
 * instances and settings replaced. The fit is named where it knows every instance.
 * @throws VoltanaError BAD_VALUE for more GPUs than a given deployment has, or engines that run already in another layout
 */
export function clusterOf(choice: TuningChoice, variant: DeviceVariant, { slo, given }: ClusterGround): ClusterFile {
  const instances = instancesOf(choice, given);
  const fitted = fitOf(variant, choice.tp, instances);
  return {
    schemaVersion: 1,
    kind: 'cluster',
    name: given?.name ?? `tuned-${choice.prefill}p${choice.decode}d${choice.aggregated}a`,
    gpu: variant.gpu.id,
    model: variant.model.id,
    tp: choice.tp,
    slo,
    engine: engineOf(choice, variant, given),
    launcher: given?.launcher ?? { kind: 'local' },
    instances,
    gateway: given?.gateway ?? { host: LOOPBACK },
    control: controlOf(choice, fitted, given),
  };
}

/** What a file cannot say of a configuration, and what to do by hand instead. */
export function byHand(choice: TuningChoice, { control = {}, engine, model }: ClusterFile, given: ClusterFile | null): readonly string[] {
  const { powerLimitW, rest, aggregated } = choice;
  return [
    ...(given !== null && given.model !== model && engine.model !== undefined
      ? [`Put the place of ${model}'s weights into engine.model: ${engine.model} is where those of ${given.model} are.`]
      : []),
    ...(powerLimitW !== null && control.powerLimitW === undefined
      ? [`Cap every GPU by hand, as nobody who could is named in control.agents: nvidia-smi -pl ${powerLimitW}.`]
      : []),
    ...(rest === 'release'
      ? ['GPUs that nobody needs were released: voltana parks them, and giving them away and taking them back is up to you.']
      : []),
    ...(rest !== 'awake' && aggregated > 0 ? ['Engines that do both phases stay awake: voltana parks only those of one phase.'] : []),
    ...(engine.kind === 'openai' && engine.batching !== undefined
      ? ['Pass engine.batching on in engine.command: nothing is known of how this engine is told.']
      : []),
  ];
}
