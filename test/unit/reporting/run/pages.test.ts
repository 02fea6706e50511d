import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parse } from 'yaml';
import { commands } from '../../../../commands/index.ts';
import { EXIT } from '../../../../src/domain/exit-codes.ts';
import { COLUMNS } from '../../../../src/reporting/run/csv-columns.ts';
import { RESULT_ENDINGS } from '../../../../src/reporting/run/format-of.ts';
import { vllmResult } from '../../../../src/reporting/run/vllm.ts';
import { benchFigures, benchRun } from '../../../fixtures/bench-records.ts';
import { readSchema } from '../../../fixtures/schemas.ts';

const page = (name: string): string => readFileSync(new URL(`../../../../${name}`, import.meta.url), 'utf8');
const section = (text: string, title: string): string => text.split(/^## /m).find((part) => part.startsWith(`${title}\n`))!;

describe('docs/outputs.md', () => {
  const outputs = page('docs/outputs.md');

  it('has every column of the csv, in order, and no other', () => {
    const rows = section(outputs, 'CSV')
      .split('\n')
      .filter((line) => line.startsWith('| `'));
    const named = rows.flatMap((row) => [...row.split('|')[1]!.matchAll(/`(\w+)`/g)].map(([, name]) => name));
    expect(named).to.deep.equal(['which', ...COLUMNS.map(({ name }) => name)]);
  });

  it('has every ending', () => {
    for (const ending of RESULT_ENDINGS.run) expect(outputs).to.include(`| \`${ending}\` |`);
  });

  it('names of csv columns are unique', () => expect(new Set(COLUMNS.map(({ name }) => name)).size).to.equal(COLUMNS.length));
});

describe('the key set of vLLM', () => {
  const known = Object.keys(readSchema('vllm-result')['properties'] as object);

  it('is what the schema names, with and without a ramp', () => {
    const ramp = { startRps: 1, endRps: 9, strategy: 'exponential' } as const;
    const ramped = benchRun({ bench: { ...benchFigures, load: { ...benchFigures.load, arrivals: 'ramp', ramp } } });
    expect(Object.keys(vllmResult(ramped)).sort()).to.deep.equal([...known].sort());
    expect(Object.keys(vllmResult(benchRun()))).to.not.include('ramp_up_strategy');
  });

  it('has no GPU energy where a wall meter measured', () => {
    const energy = { ...benchFigures.energy!, scope: 'wall' } as const;
    expect(Object.keys(vllmResult(benchRun({ bench: { ...benchFigures, energy } })))).to.not.include('gpu_energy_j');
  });

  it('spreads as its histogram does, and not at all in one bucket', () => {
    const halves = { unit: 'ms', bounds: [10, 20, 30], counts: [0, 50, 50] } as const;
    const run = benchRun();
    const result = vllmResult({ ...run, histograms: { ...run.histograms, e2eMs: halves } });
    expect(result).to.include({ std_e2el_ms: 5, std_itl_ms: 0 });
  });
});

type Step = Readonly<{ uses?: string; run?: string; with?: Readonly<Record<string, string>> }>;
interface Job {
  readonly steps?: readonly Step[];
  readonly script?: readonly string[];
}

const blocks = (text: string): Record<string, Job>[] =>
  [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml]) => {
    const { jobs, ...others } = parse(yaml!) as { jobs?: Record<string, Job> };
    return jobs ?? others;
  });

/** What a job asks of voltana: `bench ...`, and the arguments that the action hands on. */
const commandLines = ({ steps = [], script = [] }: Job): string[] => [
  ...script,
  ...steps.flatMap(({ run, uses, with: inputs }) => [
    run ?? '',
    uses?.includes('OWNER/voltana@') || uses === './' ? `run.js bench ${inputs!['args']!}` : '',
  ]),
];

describe('docs/ci.md', () => {
  const ci = page('docs/ci.md');
  const own = parse(page('.github/workflows/bench.yml')) as { jobs: Record<string, Job> };
  const lines = [...blocks(ci), own.jobs]
    .flatMap((jobs) => Object.values(jobs).flatMap(commandLines))
    .filter((line) => /run\.js \w/.test(line));

  it('has jobs that call voltana', () => expect(lines.length).to.be.at.least(6));

  it('uses only commands and flags that there are', () => {
    for (const line of lines) {
      const [, name, rest] = /run\.js (\w+)(.*)/s.exec(line)!;
      const command = (commands as Readonly<Record<string, { readonly flags?: object }>>)[name!];
      expect(command, `voltana ${name}`).to.not.equal(undefined);
      for (const [, flag] of rest!.matchAll(/--([a-z][\w-]*)/g)) expect(Object.keys(command!.flags!), line).to.include(flag);
    }
  });

  it('tells every exit code', () => {
    const told = new Set(
      [...section(ci, 'Exit codes').matchAll(/^\| ([\d ]+) \|/gm)].flatMap(([, codes]) => codes!.trim().split(' ').map(Number)),
    );
    expect([...Object.values(EXIT)].filter((code) => code !== EXIT.bug && !told.has(code))).to.deep.equal([]);
  });

  it("has the action's inputs as action.yml has them", () => {
    const { inputs } = parse(page('action.yml')) as { inputs: object };
    for (const name of Object.keys(inputs)) expect(ci).to.match(new RegExp(`^\\| \`${name}\` \\|`, 'm'));
  });
});
