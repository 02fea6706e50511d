import type { EngineProcess, LaunchStep } from '../../../ports/launcher.ts';

/** How a command gets to a node. Stdin, stdout, stderr and the exit code are the command's; when the transport dies, the command's stdin ends. */
export interface Transport {
  /** How messages and plans name the node of an engine. */
  where(process: EngineProcess): string;
  /** The program here and its arguments that run `sh -c BOOTSTRAP` on the engine's node. */
  command(process: EngineProcess, run: string): readonly [program: string, ...args: string[]];
  /** What to install when that program is missing here. */
  readonly install: string;
  /** Set where the node is known only once the engine runs: what stands for it until then. */
  placeholder?(process: EngineProcess): string;
  /** What the place changes of an engine: where something else chooses its GPUs, for one. */
  adapt?(process: EngineProcess): EngineProcess;
  /** An exit code that tells of the transport, not of the engine; and what to do about it. */
  readonly broken?: { readonly exitCode: number; readonly what: string; readonly hint: string };
  /** Without a sign of life for so long the node gives its starter up; 0 where a lost starter always shows as the end of stdin. */
  readonly lostAfterS: number;
  /** A command that ends every engine of a run, should the transport not manage to. */
  cleanUp?(run: string): readonly [program: string, ...args: string[]];
  /** What happens besides. */
  steps?(run: string): readonly LaunchStep[];
}
