import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** Whether a program is on the PATH. Nothing is run. */
export async function hasProgram(name: string, path = process.env['PATH'] ?? ''): Promise<boolean> {
  for (const folder of path.split(delimiter).filter((one) => one !== '')) {
    const found = await access(join(folder, name), constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return true;
  }
  return false;
}
