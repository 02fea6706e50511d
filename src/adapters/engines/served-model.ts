import type { ClusterFile } from '../../domain/cluster.ts';

type Named = Pick<ClusterFile, 'engine' | 'model'>;

/** What the engine is told to load. */
export const modelPath = ({ engine, model }: Named): string => engine.model ?? model;

/** The name that clients ask for. */
export const servedName = ({ engine, model }: Named): string => engine.servedModel ?? engine.model ?? model;

/**
 * The name that an engine must tell; null where nobody has named it: whoever attaches to engines has not started them,
 * and the id of a model card is no engine's name for it.
 */
export function expectedModel({ engine, model, launcher }: Named & Pick<ClusterFile, 'launcher'>): string | null {
  if (engine.servedModel !== undefined) return engine.servedModel;
  // Such engines name their models in their own way: after a file, an alias, a folder.
  if (engine.kind === 'openai') return null;
  if (launcher.kind === 'attach') return engine.model ?? null;
  return servedName({ engine, model });
}
