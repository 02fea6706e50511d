// `node bin/check-document.js FILE KIND`: is FILE one valid JSON document of that kind? Says so in one line.
import './setup/require-node.js';

const { readFileSync } = await import('node:fs');
const { VALIDATORS } = await import('./setup/paths.js');
const { pathToFileURL } = await import('node:url');

const MAX_SHOWN = 5;

const problemsOf = async (file, kind) => {
  const validators = await import(pathToFileURL(VALIDATORS).href);
  const validate = validators[`validate${kind.replace(/(?:^|-)(.)/g, (_, letter) => letter.toUpperCase())}`];
  if (!validate) return [`there is no schema for "${kind}"`];
  const document = JSON.parse(readFileSync(file, 'utf8'));
  if (document.kind !== kind) return [`its kind is ${JSON.stringify(document.kind)}`];
  if (validate(document)) return [];
  return validate.errors.slice(0, MAX_SHOWN).map((error) => `${error.instancePath || 'document'} ${error.message}`);
};

const [file, kind] = process.argv.slice(2);
if (kind === undefined) {
  process.stderr.write('error: two arguments are needed. Run: node bin/check-document.js FILE KIND\n');
  process.exit(2);
}
const problems = await problemsOf(file, kind).catch((error) => [error.message.split('\n')[0]]);
process.stdout.write(
  problems.length === 0 ? `${file}: a valid ${kind} document\n` : `${file}: not a valid ${kind} document: ${problems.join('; ')}\n`,
);
process.exitCode = problems.length === 0 ? 0 : 1;
