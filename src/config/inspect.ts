import type { ValidateFunction } from 'ajv';
import type { ClusterFile } from '../domain/cluster.ts';
import { VoltanaError } from '../domain/errors.ts';
import agentSchema from '../schemas/agent.schema.json' with { type: 'json' };
import clusterSchema from '../schemas/cluster.schema.json' with { type: 'json' };
import { validateAgent, validateCluster, validateSettings } from '../schemas/compiled/validators.js';
import settingsSchema from '../schemas/settings.schema.json' with { type: 'json' };
import { checkAgentMeaning, type AgentFile } from './agent-file.ts';
import { checkMeaning } from './cluster-file.ts';
import { parseYaml } from './document.ts';
import { explainEach, type Explanation } from './errors-from-ajv.ts';
import { nearest } from './nearest.ts';

interface Kind {
  readonly validate: ValidateFunction;
  readonly schema: unknown;
}

const KINDS: Readonly<Record<string, Kind>> = {
  settings: { validate: validateSettings, schema: settingsSchema },
  cluster: { validate: validateCluster, schema: clusterSchema },
  agent: { validate: validateAgent, schema: agentSchema },
};
const NAMES = Object.keys(KINDS);

/** What a schema cannot say of a kind. */
const MEANING: Readonly<Record<string, (value: unknown, file: string) => void>> = {
  cluster: (value, file) => checkMeaning(value as ClusterFile, file),
  agent: (value, file) => checkAgentMeaning(value as AgentFile, file),
};

export interface Inspection {
  /** Null when the file does not say. */
  readonly kind: string | null;
  readonly value: unknown;
  /** Empty when the file is usable as far as it alone can tell. */
  readonly problems: readonly Explanation[];
}

const kindOf = (value: unknown): unknown => (typeof value === 'object' && value !== null && 'kind' in value ? value.kind : undefined);

const unknownKind = (kind: unknown): Explanation => {
  const near = typeof kind === 'string' ? nearest(kind, NAMES) : null;
  return {
    text: kind === undefined ? '"kind" is missing' : `kind is ${JSON.stringify(kind)}`,
    hint: `${near === null ? '' : `Did you mean ${near}? `}Say kind: ${NAMES.join(' or kind: ')}.`,
  };
};

/** Runs a check that throws, and takes what it throws as a problem. */
export const asProblems = async (file: string, check: () => unknown): Promise<Explanation[]> => {
  try {
    await check();
    return [];
  } catch (error) {
    if (!(error instanceof VoltanaError)) throw error;
    const prefix = `${file}: `;
    return [{ text: error.message.startsWith(prefix) ? error.message.slice(prefix.length) : error.message, hint: error.hint }];
  }
};

/** Everything that is wrong with a settings or cluster file. @throws VoltanaError FILE_MALFORMED where it is no YAML at all */
export async function inspectFile(text: string, file: string): Promise<Inspection> {
  const value = parseYaml(text, file);
  const kind = kindOf(value);
  const known = typeof kind === 'string' && NAMES.includes(kind) ? KINDS[kind] : undefined;
  if (!known || typeof kind !== 'string') return { kind: null, value, problems: [unknownKind(kind)] };
  if (!known.validate(value)) return { kind, value, problems: explainEach(known.validate.errors ?? [], value, known.schema) };
  return { kind, value, problems: await asProblems(file, () => MEANING[kind]?.(value, file)) };
}
