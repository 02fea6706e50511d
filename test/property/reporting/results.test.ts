import { parse } from 'csv-parse/sync';
import { expect } from 'chai';
import fc from 'fast-check';
import type { Comparison, RunRecord } from '../../../src/domain/run-record.ts';
import { renderBench } from '../../../src/reporting/run/bench.ts';
import { renderJudged } from '../../../src/reporting/run/compared.ts';
import type { Result } from '../../../src/reporting/run/findings.ts';
import { annotationsOf } from '../../../src/reporting/run/github.ts';
import { resultText } from '../../../src/reporting/run/render.ts';
import { abComparison, abResult, benchFigures, benchRun, judged, threshold } from '../../fixtures/bench-records.ts';
import { markdownShape } from '../../fixtures/strict-markdown.ts';
import { parseXml, type XmlElement } from '../../fixtures/strict-xml.ts';

/** What has broken formats before, between whatever else there is, halves of characters included. */
const NASTY = [
  '\r\n',
  '\n',
  '"',
  "'",
  ',',
  '|',
  '`',
  '```',
  '<',
  '</a>',
  '&amp;',
  ']]>',
  '::error::',
  '%0A',
  '\u0000',
  '\u001b[31m',
  '\ud800',
  '\u2028',
  '\ufffe',
  '- ',
  '1. ',
  '***',
  '===',
  '[x](y)',
  '<!--',
  '$',
  '#1',
  '\u202e',
];
const text = fc.array(fc.oneof(fc.constantFrom(...NASTY), fc.string({ unit: 'binary' })), { maxLength: 8 }).map((parts) => parts.join(''));
const texts = fc.array(text, { maxLength: 3 });

const plain = { run: benchRun(), comparison: abComparison() };

const configOf = (run: RunRecord, [gpu, model, workload, governor, routing]: readonly string[]): RunRecord['config'] => ({
  ...run.config,
  gpu: gpu!,
  model: model!,
  workload: workload!,
  governor: governor!,
  routing: routing!,
});

/** A run with any text in every field that holds text. */
const strangeRun = fc
  .tuple(fc.array(text, { minLength: 9, maxLength: 9 }), texts, fc.constantFrom('valid', 'unstable', 'invalid' as const))
  .map(([words, reasons, verdict]): RunRecord => {
    const { run } = plain;
    const energy = { ...benchFigures.energy!, method: words[6]! };
    return {
      ...run,
      voltana: words[5]!,
      config: configOf(run, words),
      failures: reasons.map((reason, i) => ({ reason, count: i + 1 })),
      validity: { verdict, reasons },
      judgement: judged({
        thresholds: [
          { ...threshold('ttft.p99<1', 2, false), text: words[7]! },
          { ...threshold('goodput>1', null, false), reason: words[8]! },
        ],
        baseline: { source: words[7]!, verdict: 'regressed', reasons },
      }),
      bench: {
        ...benchFigures,
        energy,
        load: { ...benchFigures.load, url: words[8]!.length % 2 === 0 ? words[8]! : null },
        steadyState: { ...benchFigures.steadyState, method: words[6]! },
      },
    };
  });

const strangeComparison = fc
  .tuple(strangeRun, fc.array(text, { minLength: 4, maxLength: 4 }), texts)
  .map(([run, [a, b, rule, metric], reasons]): Comparison => ({
    ...plain.comparison,
    ab: {
      ...abResult,
      arms: { A: a!, B: b! },
      design: { ...abResult.design, stopRule: rule! },
      effects: abResult.effects.map((effect) => ({ ...effect, metric: metric! })),
    },
    candidate: run,
    reasons,
  }));

const strange: fc.Arbitrary<Result> = fc.oneof(strangeRun, strangeComparison);
const RUNS = { numRuns: 40 };
/** As a file in UTF-8 has it. */
const stored = (text: string): string => Buffer.from(text).toString();

const elements = (root: XmlElement): XmlElement[] => [root, ...root.children.flatMap(elements)];

describe('results with any text in any field', () => {
  it('csv: rows of equal length, and the same text again', () =>
    fc.assert(
      fc.property(strange, (result) => {
        const rows: string[][] = parse(stored(resultText(result, 'csv')), { record_delimiter: '\r\n' });
        const runs = result.kind === 'run' ? [result] : [result.baseline, result.candidate];
        expect(rows).to.have.length(runs.length + 1);
        const at = (name: string): number => rows[0]!.indexOf(name);
        runs.forEach((run, i) => {
          expect(rows[i + 1]![at('model')]).to.equal(stored(run.config.model));
          expect(rows[i + 1]![at('reasons')]).to.equal(stored(run.validity.reasons.join('; ')));
        });
      }),
      RUNS,
    ));

  it('junit: parses, and counts what it holds', () =>
    fc.assert(
      fc.property(strange, (result) => {
        const suite = parseXml(resultText(result, 'junit')).children[0]!;
        const count = (name: string): number => elements(suite).filter((element) => element.name === name).length;
        expect(suite.children.map(({ name }) => name).filter((name) => name !== 'testcase')).to.deep.equal([
          'properties',
          'system-out',
          'system-err',
        ]);
        const { tests, failures, errors, skipped } = suite.attributes;
        expect([tests, failures, errors, skipped]).to.deep.equal(
          ['testcase', 'failure', 'error', 'skipped'].map((name) => String(count(name))),
        );
      }),
      RUNS,
    ));

  it('markdown: the same headings, paragraphs and tables as with plain text', () =>
    fc.assert(
      fc.property(strangeRun, (result) => {
        const { headings, tables, others } = markdownShape(resultText(result, 'markdown'));
        expect(headings).to.equal(1);
        expect(tables.map(({ columns }) => columns)).to.deep.equal([3, 7, 2]);
        expect(tables[0]!.rows).to.equal(4);
        expect(others).to.be.within(1, 2);
      }),
      RUNS,
    ));

  it('markdown of a comparison: the same tables as with plain text', () =>
    fc.assert(
      fc.property(strangeComparison, (result) => {
        expect(markdownShape(resultText(result, 'markdown')).tables.map(({ columns }) => columns)).to.deep.equal(
          result.ab ? [3, 2, 7] : [3, 4, 7],
        );
      }),
      RUNS,
    ));

  it('annotations: one command a line, its title ended by nothing but its own end', () =>
    fc.assert(
      fc.property(strange, (result) => {
        for (const line of annotationsOf(result)) expect(line).to.match(/^::(error|warning) title=[^:,\p{Cc}]*::\P{Cc}*$/u);
      }),
      RUNS,
    ));

  it('text: at most 100 columns and no control character but line breaks', () =>
    fc.assert(
      fc.property(strange, (result) => {
        if (result.kind === 'run') for (const line of renderBench(result).split('\n')) expect(line).to.match(/^\P{Cc}{0,100}$/u);
        else expect(renderJudged(result, { color: false })).to.not.match(/[^\P{Cc}\n]/u);
      }),
      RUNS,
    ));
});
