import { basename, dirname, join } from 'node:path';
import { VoltanaError } from '../../domain/errors.ts';
import type { Role } from '../../domain/instance.ts';
import type { Provenance } from '../../domain/profile.ts';
import { instanceFromLookup, UNKNOWN_QUALITY } from '../../prediction/tables/lookup-instance.ts';
import { cardIdleW } from '../../prediction/tables/card-idle.ts';
import { companionFile, LOOKUP_SUBJECTS, subjectOfName, type LookupSubject, type LookupTable } from '../../prediction/tables/lookup.ts';
import { readLookup } from '../../prediction/tables/read-lookup.ts';
import { readInput, type InputOf } from './inputs.ts';
import type { FitParts, FitPorts, FitRequest } from './request.ts';

type Lookup = InputOf<'lookup'>;

const PHASES: readonly Role[] = ['prefill', 'decode'];
const NAMING =
  'Name files NAME.PHASE-QUANTITY.csv, as in x.decode-latency.csv and x.decode-energy.csv; TTFT and ITL in a name are understood.';

async function readCompanion(file: string, ports: FitPorts): Promise<Lookup | null> {
  if (!(await ports.exists(file))) return null;
  const input = await readInput(file, ports.store);
  return input.kind === 'lookup' ? input : null;
}

/** A name that says nothing is that of the first of several files written together: then the others lie beside it. */
async function subjectBeside(file: string, ports: FitPorts): Promise<LookupSubject> {
  for (const phase of ['decode', 'prefill'] as const) {
    const subject = { phase, quantity: 'latency' as const };
    const written = await ports.exists(companionFile(file, { phase, quantity: 'energy' }));
    if (written && !(await ports.exists(companionFile(file, subject)))) return subject;
  }
  throw new VoltanaError('BAD_VALUE', `the name of ${file} does not say of which phase it is, and whether of latency or of energy`, {
    hint: NAMING,
  });
}

const swapped = (name: string): string => (/latency/i.test(name) ? name.replace(/latency/i, 'energy') : name.replace(/energy/i, 'latency'));

/** Where tables may lie that were written together with this one. */
const besides = (file: string, subject: LookupSubject | null): readonly string[] =>
  subject === null ? LOOKUP_SUBJECTS.map((each) => companionFile(file, each)) : [join(dirname(file), swapped(basename(file)))];

/** The tables given, and those that belong to them and were not given. */
async function allTables(inputs: readonly Lookup[], ports: FitPorts): Promise<LookupTable[]> {
  const tables: LookupTable[] = [];
  const add = ({ rows, columns, name }: Lookup, subject: LookupSubject): void => {
    const same = tables.find(({ phase, quantity }) => phase === subject.phase && quantity === subject.quantity);
    if (same)
      throw new VoltanaError('BAD_VALUE', `${same.fileName} and ${name} are both of ${subject.phase} ${subject.quantity}`, {
        hint: NAMING,
      });
    tables.push(readLookup(rows, columns, name, subject));
  };
  const named = inputs.map((input) => ({ input, subject: subjectOfName(input.name) }));
  for (const { input, subject } of named) add(input, subject ?? (await subjectBeside(input.file, ports)));
  for (const { input, subject } of named) {
    for (const file of besides(input.file, subject)) {
      const told = subjectOfName(basename(file));
      if (told === null || tables.some(({ phase, quantity }) => phase === told.phase && quantity === told.quantity)) continue;
      const companion = await readCompanion(file, ports);
      if (companion) add(companion, told);
    }
  }
  return tables;
}

function pairOf(tables: readonly LookupTable[], phase: Role): readonly [latency: LookupTable, energy: LookupTable] | null {
  const [latency, energy] = (['latency', 'energy'] as const).map((quantity) =>
    tables.find((table) => table.phase === phase && table.quantity === quantity),
  );
  if (latency && energy) return [latency, energy];
  if (!latency && !energy) return null;
  const missing = latency ? 'energy' : 'latency';
  throw new VoltanaError('BAD_VALUE', `the ${missing} of ${phase} is missing: ${(latency ?? energy)!.fileName} is the other half`, {
    hint: `A fit needs both. ${NAMING}`,
  });
}

const UNKNOWN = 'unknown';

const provenanceOf = ({ gpu, model, tp }: FitRequest, tables: readonly LookupTable[]): Provenance => ({
  cluster: 'imported',
  gpu: gpu ?? UNKNOWN,
  model: model ?? UNKNOWN,
  tp: tp ?? 1,
  engine: UNKNOWN,
  fingerprint: `imported: ${tables.map(({ fileName }) => fileName).join(', ')}`,
});

const notesOf = (gpu: string | undefined): string[] => [
  'imported from lookup tables: they do not tell who measured what, so every answer is extrapolated and no error is known',
  gpu === undefined
    ? 'the idle power is not in the tables and counts as 0: give --gpu ID for that of the GPU card'
    : `the idle power is not in the tables: it is that of the card of ${gpu}`,
];

/** Lookup tables are fits already: nothing is fitted, and nothing is known of their errors. @throws VoltanaError of exit code 2 */
export async function fitFromLookup(request: FitRequest, inputs: readonly Lookup[], ports: FitPorts): Promise<FitParts> {
  const { gpu, model, tp = 1 } = request;
  if (model !== undefined) await ports.library.model(model);
  const cardW = gpu === undefined ? () => 0 : cardIdleW(await ports.library.gpu(gpu));
  const tables = await allTables(inputs, ports);
  const instances = PHASES.flatMap((phase) => {
    const pair = pairOf(tables, phase);
    return pair ? [instanceFromLookup(...pair, (clockMhz) => cardW(clockMhz) * tp)] : [];
  });
  const fit = {
    provenance: provenanceOf(request, tables),
    quality: { prefill: UNKNOWN_QUALITY, decode: UNKNOWN_QUALITY },
    dvfs: { prefill: [], decode: [] },
    instances,
    cards: null,
    warnings: notesOf(gpu),
  };
  return { fit, evidence: 'extrapolated', measured: null };
}
