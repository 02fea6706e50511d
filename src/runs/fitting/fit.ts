import type { FittedDocument } from '../../domain/profile.ts';
import { documentHeader, type HeaderFields } from '../../telemetry/document-header.ts';
import { fitFromLookup } from './from-lookup.ts';
import { fitFromProfiles } from './from-profiles.ts';
import { fitFromMeasured } from './from-tables.ts';
import { checkOneKind, readInput, type Input, type InputOf } from './inputs.ts';
import type { Measured } from './merge.ts';
import type { FitParts, FitPorts, FitRequest } from './request.ts';

/** A fitted document, and the points it was made from: none for lookup tables. */
export interface FitResult {
  readonly fitted: FittedDocument;
  readonly measured: Measured | null;
}

const ofKind = <K extends Input['kind']>(inputs: readonly Input[], kind: K): InputOf<K>[] =>
  inputs.filter((input): input is InputOf<K> => input.kind === kind);

async function partsOf(request: FitRequest, ports: FitPorts): Promise<FitParts> {
  const inputs = await Promise.all(request.files.map((file) => readInput(file, ports.store)));
  checkOneKind(inputs);
  if (inputs[0]!.kind === 'profile') return fitFromProfiles(request, ofKind(inputs, 'profile'), ports.library);
  if (inputs[0]!.kind === 'measured') return fitFromMeasured(request, ofKind(inputs, 'measured'), ports.library);
  return fitFromLookup(request, ofKind(inputs, 'lookup'), ports);
}

/** Profiles, tables of measurements or lookup tables to one fitted document. @throws VoltanaError of exit code 2 or 6 */
export async function fit(request: FitRequest, header: Omit<HeaderFields, 'evidence'>, ports: FitPorts): Promise<FitResult> {
  const { fit: fitted, evidence, measured } = await partsOf(request, ports);
  return { fitted: { ...documentHeader('fitted', { ...header, evidence }), ...fitted }, measured };
}
