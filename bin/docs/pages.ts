import { errorsPage } from './errors-page.ts';

/** Every page that is written by a program, by its file. A test compares them with what lies in docs/. */
export const PAGES: Readonly<Record<string, () => string>> = {
  'docs/errors.md': errorsPage,
};
