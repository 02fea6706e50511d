import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DocumentHeader } from '../../domain/run-record.ts';
import { environment } from './environment.ts';
import { packageRoot } from './installation.ts';
import { timestamp } from './wall-clock.ts';

const version = (): string => (JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { version: string }).version;

/** What every document says of where and when it was made; its evidence is for the maker to say. */
export const headerFields = (
  argv: readonly string[],
  seed: number,
): Omit<DocumentHeader<string>, 'schemaVersion' | 'kind' | 'evidence'> => ({
  voltana: version(),
  createdAt: timestamp(),
  seed,
  argv,
  environment: environment(),
});
