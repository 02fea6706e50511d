// `npm run licences`: writes THIRD_PARTY.md from the last build. Run `npm run build` first.
import './setup/require-node.js';
import { writeFileSync } from 'node:fs';
import { licencePage, PAGE } from './licences/page.js';

writeFileSync(PAGE, licencePage());
process.stderr.write('THIRD_PARTY.md written\n');
