/** JSON pointer -> its unescaped parts. */
const pointerParts = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));

const childOf = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;

/** `/instances/0/port` -> `instances[0].port`, as people write it; the root is `''`. */
export const readablePath = (instancePath: string): string =>
  pointerParts(instancePath).reduce((path, part) => {
    if (/^\d+$/.test(part)) return `${path}[${part}]`;
    return path === '' ? part : `${path}.${part}`;
  }, '');

/** What a JSON pointer points at; undefined when there is nothing. */
export const atPointer = (root: unknown, pointer: string): unknown => pointerParts(pointer).reduce(childOf, root);

/** Follows a reference within the same schema; one into another schema leads nowhere. */
const resolved = (schema: unknown, root: unknown): unknown => {
  const reference = childOf(schema, '$ref');
  if (typeof reference !== 'string') return schema;
  return reference.startsWith('#') ? atPointer(root, reference.slice(1)) : undefined;
};

/** The keys that a schema lists for the object at a place of the data. Empty where it lists none. */
export const keysAt = (schema: unknown, instancePath: string): string[] => {
  const place = pointerParts(instancePath).reduce(
    (at, part) => resolved(childOf(childOf(at, 'properties'), part) ?? childOf(at, 'items'), schema),
    resolved(schema, schema),
  );
  return Object.keys((childOf(place, 'properties') as object | undefined) ?? {});
};
