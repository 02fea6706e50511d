import type { EngineProcess, LaunchStep } from '../../../ports/launcher.ts';
import { commandLine } from '../shell.ts';
import { folderOf } from './start-engine.ts';
import { startScript } from './start-script.ts';
import { START_SCRIPT } from './supervisor.ts';
import type { Transport } from './transport.ts';

const RUN = 'RUN';

const portsText = ({ ports }: EngineProcess): string =>
  Object.entries(ports)
    .map(([name, port]) => `${name} ${port === 0 ? 'any free one' : port}`)
    .join(', ');

const stepsOf = (process: EngineProcess, transport: Transport, workDir: string | undefined): LaunchStep[] => {
  const where = transport.where(process);
  const folder = folderOf(process.id, workDir) || `a temporary folder for ${process.id}`;
  const file = (path: string, text: string): LaunchStep => ({ where, what: `file ${folder}/${path}`, text });
  const host = transport.placeholder?.(process) ?? null;
  return [
    ...process.files.map(({ path, text }) => file(path, text)),
    file(START_SCRIPT, startScript(process, host)),
    {
      where: 'this machine',
      what: `${process.role} engine ${process.id} on ${where}, ports ${portsText(process)}: runs ${START_SCRIPT} in its folder`,
      text: commandLine(transport.command(process, RUN)),
    },
  ];
};

/** All that a launch would do on nodes, in order. */
export const planOf = (processes: readonly EngineProcess[], transport: Transport, workDir: string | undefined): LaunchStep[] => [
  ...(transport.steps?.(RUN) ?? []),
  ...processes.flatMap((process) => stepsOf(process, transport, workDir)),
];
