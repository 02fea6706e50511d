import type { LaunchedInstance } from '../../../domain/instance.ts';
import type { EngineProcess, WhenReady } from '../../../ports/launcher.ts';
import { instancesOf, movedTo } from '../engine-instances.ts';
import { NodeEngine } from './node-engine.ts';
import { startScript } from './start-script.ts';
import { supervisedInput } from './supervisor.ts';
import type { Transport } from './transport.ts';

export interface NodeLaunch {
  readonly transport: Transport;
  readonly whenReady: WhenReady;
  /** The folder of all engines, on their nodes; left out, each has a temporary one. */
  readonly workDir?: string | undefined;
  readonly graceS: number;
  readonly onLog?: ((instance: string, line: string) => void) | undefined;
  /** Of this launch and no other. */
  readonly run: string;
}

export interface StartedEngine {
  readonly instances: readonly LaunchedInstance[];
  readonly failed: Promise<Error>;
  stop(): Promise<void>;
}

export const folderOf = (id: string, workDir: string | undefined): string => (workDir === undefined ? '' : `${workDir}/${id}`);

const inputOf = (process: EngineProcess, { transport, workDir, graceS, run }: NodeLaunch): string =>
  supervisedInput(
    {
      id: process.id,
      token: `${run}-${process.id}`,
      folder: folderOf(process.id, workDir),
      graceS,
      lostAfterS: transport.lostAfterS,
      ports: Object.values(process.ports).filter((port) => port !== 0),
    },
    process.files,
    startScript(process, transport.placeholder?.(process) ?? null),
  );

const openEngine = (process: EngineProcess, launch: NodeLaunch): NodeEngine => {
  const { transport, graceS, onLog, run } = launch;
  const { id } = process;
  return new NodeEngine({
    id,
    where: transport.where(process),
    command: transport.command(process, run),
    input: inputOf(process, launch),
    graceS,
    beats: transport.lostAfterS > 0,
    onLog: onLog && ((line) => onLog(id, line)),
    explain: { install: transport.install, broken: transport.broken },
  });
};

/** Rejects with the reason of an abort, or of an end. */
const endOf = (engine: NodeEngine, signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    void engine.gone.then(reject);
  });

/** Starts one engine and waits until it serves. @throws VoltanaError, or the signal's reason, with nothing left running */
export const startEngine = async (process: EngineProcess, launch: NodeLaunch, signal: AbortSignal): Promise<StartedEngine> => {
  signal.throwIfAborted();
  const engine = openEngine(process, launch);
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const ended = endOf(engine, signal);
  try {
    const host = await Promise.race([engine.started, ended]);
    const { transport, whenReady } = launch;
    const endpoints = transport.placeholder === undefined ? process.endpoints : movedTo(process.endpoints, host);
    const waits = Promise.all(
      instancesOf({ ...process, gpuCount: process.gpus.length, endpoints }).map((instance) => whenReady(instance, either)),
    );
    waits.catch(() => undefined);
    const instances = await Promise.race([waits, ended]);
    return { instances, failed: engine.failed, stop: () => engine.stop() };
  } catch (error) {
    over.abort(error);
    await engine.stop();
    throw signal.aborted ? error : engine.withLastLines(error);
  }
};
