// What the bundle gets for @oclif/core (`#oclif` in package.json): half the start-up time of a command is reading it.
import { OCLIF_PACK } from '../setup/paths.js';
import { runPacked } from './packed-script.js';

const { exports, repack } = runPacked(OCLIF_PACK);

/** For the build, once a command has run: the pack with the code that this took. */
export { repack };

export const {
  Args,
  Command,
  CommandHelp,
  Config,
  Errors,
  Flags,
  Help,
  HelpBase,
  Interfaces,
  ModuleLoader,
  Parser,
  Performance,
  Plugin,
  execute,
  flush,
  getLogger,
  handle,
  loadHelpClass,
  run,
  settings,
  toConfiguredId,
  toStandardizedId,
  ux,
} = exports;
