import type { ClusterFile } from '../../domain/cluster.ts';
import { VoltanaError } from '../../domain/errors.ts';
import type { FittedCards } from '../../domain/profile.ts';
import { clusterCards } from '../cluster-cards.ts';
import type { Library } from '../library.ts';

/** Emulated engines to be run alone, every card looked up. */
export interface EmulateOptions {
  readonly cluster: ClusterFile;
  readonly cards: FittedCards;
}

function checkEmulated({ name, engine, launcher }: ClusterFile): void {
  const wrong =
    engine.kind === 'emulated' ? (launcher.kind === 'local' ? null : `launcher.kind ${launcher.kind}`) : `engine.kind ${engine.kind}`;
  if (wrong === null) return;
  throw new VoltanaError('BAD_VALUE', `cluster "${name}" has ${wrong}: emulated engines are processes of this machine`, {
    hint: 'Give a cluster file with engine.kind: emulated and launcher.kind: local.',
  });
}

/** @throws VoltanaError of exit code 2 */
export async function resolveEmulate(clusterIdOrPath: string, library: Library): Promise<EmulateOptions> {
  const cluster = await library.cluster(clusterIdOrPath);
  checkEmulated(cluster);
  return { cluster, cards: await clusterCards(cluster, library) };
}
