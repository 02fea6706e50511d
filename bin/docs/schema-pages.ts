import { readdirSync, readFileSync } from 'node:fs';
import { table } from './table.ts';

interface Schema {
  readonly title: string;
  readonly description: string;
  /** Between our own processes of one version: nobody else may rely on it. */
  readonly 'x-internal'?: boolean;
}

const FOLDER = new URL('../../src/schemas/', import.meta.url);
const textOf = (file: string): string => readFileSync(new URL(file, FOLDER), 'utf8');
const schemaIn = (file: string): Schema => JSON.parse(textOf(file)) as Schema;

const FILES = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.schema.json') && schemaIn(file)['x-internal'] !== true)
  .sort();

const rowOf = (file: string): string[] => {
  const { title, description } = schemaIn(file);
  return [`[${file}](${file})`, title, description];
};

const indexPage = (): string => `<!-- Written by \`npm run docs\` from src/schemas. -->
# JSON Schemas

Every format that voltana reads or writes, as JSON Schema draft-07. They are what voltana itself checks with; within a \`schemaVersion\`
they only get additions. Some refer to others by their \`$id\`, which is the file's name: keep them in one folder. Settings and
cluster files are YAML or JSON; \`voltana config validate FILE\` checks them, and also looks up the ids in them.

${table(['file', 'what', 'about'], FILES.map(rowOf))}

An editor with a YAML language server completes and checks a file that begins with
\`# yaml-language-server: $schema=PATH/docs/schemas/settings.schema.json\`.
`;

/** docs/schemas: copies of the schemas, and what each is. */
export const SCHEMA_PAGES: Readonly<Record<string, () => string>> = {
  'docs/schemas/README.md': indexPage,
  ...Object.fromEntries(FILES.map((file) => [`docs/schemas/${file}`, () => textOf(file)])),
};
