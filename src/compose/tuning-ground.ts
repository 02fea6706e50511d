import { join } from 'node:path';
import { openKillSwitch } from '../adapters/host/kill-switch.ts';
import { defaultRunsFolder } from '../adapters/host/run-archive-folder.ts';
import { openTuningJournal } from '../adapters/host/tuning-journal.ts';
import type { ClusterFile } from '../domain/cluster.ts';
import type { Time } from '../ports/time.ts';
import type { TuningGround } from '../runs/serving/tuning/ground.ts';

const FOLDER = 'live-tuning';

/** On a port of its own it is found again after a restart; on any free port it is another one each time. */
const nameOf = ({ name, gateway: { port = 0 } }: ClusterFile, epoch: string): string =>
  `${name.replaceAll(/[^\w.-]+/g, '_')}-${port === 0 ? epoch : port}`;

/** Where a gateway's live tuning is written down, and what kills it. @param onProblem hears when the audit log cannot be written */
export async function openTuningGround(
  cluster: ClusterFile,
  epoch: string,
  time: Time,
  onProblem: (problem: string) => void,
): Promise<TuningGround & { close(): Promise<void> }> {
  const folder = join(defaultRunsFolder(), FOLDER, nameOf(cluster, epoch));
  const journal = await openTuningJournal({ file: join(folder, 'audit.jsonl'), onProblem });
  const killSwitch = await openKillSwitch([join(folder, 'kill')], time);
  return {
    journal,
    killSwitch,
    pid: killSwitch.pid,
    async close() {
      killSwitch.close();
      await journal.close();
    },
  };
}
