import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import standaloneCode from 'ajv/dist/standalone/index.js';
import addFormats from 'ajv-formats';
import { buildFromText } from './bundle.js';
import { SCHEMAS } from '../setup/paths.js';
import { SetupError } from '../setup/report.js';
import { writeFile } from './write.js';

const SUFFIX = '.schema.json';

/** `run.schema.json` -> `Run`, `dvfs-table.schema.json` -> `DvfsTable`. */
const typeName = (file) =>
  file
    .slice(0, -SUFFIX.length)
    .split(/[-_.]/)
    .map((word) => word[0].toUpperCase() + word.slice(1))
    .join('');

const readSchema = (file) => {
  try {
    return JSON.parse(readFileSync(join(SCHEMAS, file), 'utf8'));
  } catch (error) {
    throw new SetupError(`src/schemas/${file} is not JSON: ${error.message}`, 'Correct the file and build again.', 1);
  }
};

const newAjv = () => {
  // Each part that schemas share is one function instead of a copy wherever it is named: a quarter less code to ship.
  const inlineRefs = false;
  const ajv = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true, inlineRefs, code: { source: true, esm: true, lines: true } });
  addFormats(ajv);
  // What settings.schema.json says of flags, and which formats only our own processes speak: for us, not for the validator.
  ajv.addVocabulary(['x-flag', 'x-value', 'x-unset', 'x-internal']);
  return ajv;
};

/** Every schema is added before the first is compiled: they may refer to each other by `$id`. */
const generate = (files) => {
  const ajv = newAjv();
  const ids = files.map((file) => {
    const schema = { $id: file, ...readSchema(file) };
    ajv.addSchema(schema);
    return [`validate${typeName(file)}`, schema.$id];
  });
  return files.length === 0 ? 'export {};' : standaloneCode(ajv, Object.fromEntries(ids));
};

const declarations = (files) =>
  [
    "import type { ValidateFunction } from 'ajv';",
    ...files.map((file) => `export declare const validate${typeName(file)}: ValidateFunction;`),
    'export {};\n',
  ].join('\n');

/** Writes src/schemas/compiled/validators.{js,d.ts}: one function per schema file, no ajv at run time. Returns their count. */
export const compileSchemas = async () => {
  const files = readdirSync(SCHEMAS)
    .filter((file) => file.endsWith(SUFFIX))
    .sort();
  // ajv's ESM output still calls require() for its helpers and formats: bundling puts them inside.
  const [code] = await buildFromText(generate(files), SCHEMAS);
  writeFile(join(SCHEMAS, 'compiled', 'validators.js'), code.text);
  writeFile(join(SCHEMAS, 'compiled', 'validators.d.ts'), declarations(files));
  return files.length;
};
