import { parseClusterFile } from '../../config/cluster-file.ts';
import { clusterTemplate, type ClusterAsk } from '../../config/cluster-template.ts';
import { settingsTemplate } from '../../config/settings-template.ts';
import { VoltanaError } from '../../domain/errors.ts';
import type { Store } from '../../ports/store.ts';
import { checkSplits } from '../demo/checks.ts';
import type { Library } from '../library.ts';

export interface InitRequest {
  readonly file: string;
  /** Null for a settings file. */
  readonly cluster: ClusterAsk | null;
  /** Replaces a file that is there. */
  readonly force: boolean;
}

export interface InitPorts {
  readonly store: Store;
  readonly library: Library;
  readonly exists: (path: string) => Promise<boolean>;
}

/** What is written must be usable: ids are looked up and the text is read back. */
async function clusterText(ask: ClusterAsk, file: string, library: Library): Promise<string> {
  const text = clusterTemplate(ask, (await library.gpu(ask.gpu)).clock);
  checkSplits(parseClusterFile(text, file), await library.model(ask.model));
  return text;
}

/** Writes a new settings or cluster file. @throws VoltanaError BAD_VALUE when it is there already */
export async function initFile({ file, cluster, force }: InitRequest, { store, library, exists }: InitPorts): Promise<void> {
  const text = cluster === null ? settingsTemplate() : await clusterText(cluster, file, library);
  if (!force && (await exists(file))) {
    throw new VoltanaError('BAD_VALUE', `${file} is there already`, { hint: 'Give another --output FILE, or --force to replace it.' });
  }
  await store.write(file, text);
}
