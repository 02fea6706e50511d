import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';

/** Compares text with a file beside the tests. `UPDATE_GOLDEN=1` writes it instead: read the diff before keeping it. */
export const expectGolden = (name: string, text: string): void => {
  const file = join(import.meta.dirname, name);
  if (process.env['UPDATE_GOLDEN'] === '1') {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  expect(existsSync(file), `${name} is missing: run with UPDATE_GOLDEN=1`).to.equal(true);
  expect(text).to.equal(readFileSync(file, 'utf8'));
};
