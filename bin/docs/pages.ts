import { commandsPage } from './commands-page.ts';
import { configurationPage } from './configuration-page.ts';
import { errorsPage } from './errors-page.ts';
import { SCHEMA_PAGES } from './schema-pages.ts';

/** Every page that is written by a program, by its file. A test compares them with what lies in docs/. */
export const PAGES: Readonly<Record<string, () => string>> = {
  'docs/commands.md': commandsPage,
  'docs/configuration.md': configurationPage,
  'docs/errors.md': errorsPage,
  ...SCHEMA_PAGES,
};
