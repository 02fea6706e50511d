import { stringify } from 'yaml';
import type { ClusterFile } from '../domain/cluster.ts';

const LINE_WIDTH = 140;

/** A cluster file's text, as its ending says: JSON in a .json file, YAML otherwise. @param comment lines that a YAML file begins with */
export function clusterText(cluster: ClusterFile, file: string, comment: readonly string[]): string {
  if (file.toLowerCase().endsWith('.json')) return `${JSON.stringify(cluster, null, 2)}\n`;
  return `${comment.map((line) => `# ${line}\n`).join('')}${stringify(cluster, { lineWidth: LINE_WIDTH })}`;
}
