import { headerFields } from '../adapters/host/document-header.ts';
import { fileStore } from '../adapters/host/fs-store.ts';
import { createRunArchive } from '../adapters/host/run-archive.ts';
import { compareResults, type Compared, type CompareRequest } from '../runs/judging/compare.ts';

export type { Compared, CompareRequest };

/** Compares two runs, each by its id, its folder or a file. */
export const runComparison = (request: CompareRequest, argv: readonly string[]): Promise<Compared> =>
  compareResults(request, { archive: createRunArchive(), store: fileStore(), headerFor: (seed) => headerFields(argv, seed) });
