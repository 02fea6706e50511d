import { accessSync, constants } from 'node:fs';
import { NotHere } from './tools.js';

/** A program that no registry has: whoever has it names it. */
export const ownBinary = (name, variable) => ({
  name,
  async setUp() {
    const server = process.env[variable];
    if (!server) throw new NotHere(`no package registry has it; name its program in ${variable}`);
    try {
      accessSync(server, constants.X_OK);
    } catch {
      throw new NotHere(`${variable} names ${server}, which is no program`);
    }
    return { server };
  },
});
