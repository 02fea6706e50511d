import { modelPath, servedName } from '../served-model.ts';
import type { Start } from './start.ts';

/** What `{name}` stands for in the words of a cluster file. Braces around anything else stay: JSON is a common argument. */
const valuesOf = ({ cluster, instance, ports, place }: Start): Readonly<Record<string, string>> => ({
  id: instance.id,
  role: instance.role,
  host: place.listen,
  node: place.host,
  model: modelPath(cluster),
  servedModel: servedName(cluster),
  gpus: instance.gpus.join(','),
  tp: String(instance.gpus.length),
  ...Object.fromEntries(Object.entries(cluster.engine.batching ?? {}).map(([name, value]) => [name, String(value)])),
  ...Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, String(port)])),
});

export const filler = (start: Start): ((word: string) => string) => {
  const values = valuesOf(start);
  return (word) => word.replace(/\{(\w+)\}/g, (whole, name: string) => (Object.hasOwn(values, name) ? values[name]! : whole));
};
