/** `npm run docs` writes the pages that are generated; nothing else in docs/ is touched. */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { PAGES } from './docs/pages.ts';

for (const [file, render] of Object.entries(PAGES)) {
  await writeFile(fileURLToPath(new URL(`../${file}`, import.meta.url)), render());
  process.stderr.write(`${file} written\n`);
}
