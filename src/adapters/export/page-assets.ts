import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';
import { VoltanaError } from '../../domain/errors.ts';

const decompress = promisify(brotliDecompress);

interface Assets {
  readonly script: string;
  readonly style: string;
}

/**
 * What the build made of src/page, to be put into a page.
 * @param folder `dist/page` of the package
 * @throws VoltanaError where the build left none
 */
export const pageAssets = async (folder: string): Promise<Assets> => {
  try {
    const [script, style] = await Promise.all([readFile(join(folder, 'report.js.br')), readFile(join(folder, 'report.css'), 'utf8')]);
    return { script: (await decompress(script)).toString(), style };
  } catch (cause) {
    const hint = 'In a checkout run npm run build; else install the package again.';
    throw new VoltanaError('FILE_UNREADABLE', `The parts of a report page are not in ${folder}`, { hint, cause });
  }
};
