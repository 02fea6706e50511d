import type { RunRecord } from '../../domain/run-record.ts';
import { findingsOf, type Finding, type Result } from './findings.ts';
import { evidenceText } from './origin.ts';
import { comparedLines, runLines } from './short-lines.ts';
import { element, textOf, xmlDocument } from './xml.ts';

/** What a finding that is no pass is called; a warning ends nothing and so is a skipped test with its reason. */
const OUTCOMES = { passed: null, warned: 'skipped', failed: 'failure', broken: 'error' } as const;

const outcomeOf = ({ about, status, text }: Finding): string[] => {
  const outcome = OUTCOMES[status];
  if (outcome === null) return [];
  const type = outcome === 'skipped' ? {} : { type: about };
  return [element(outcome, { message: text, ...type }, [textOf([text])])];
};

const testcase = (finding: Finding): string =>
  `\n    ${element('testcase', { name: finding.name, classname: `voltana.${finding.about === 'A/A' ? 'aa' : finding.about}`, time: '0' }, outcomeOf(finding))}`;

const runOf = (result: Result): RunRecord => (result.kind === 'run' ? result : result.candidate);

const propertiesOf = (result: Result): string => {
  const { config } = runOf(result);
  const properties = {
    voltana: result.voltana,
    evidence: result.evidence,
    workload: config.workload,
    model: config.model,
    gpu: config.gpu,
    governor: config.governor,
    routing: config.routing,
    seed: String(result.seed),
  };
  return element(
    'properties',
    {},
    Object.entries(properties).map(([name, value]) => `\n      ${element('property', { name, value })}`),
  );
};

const countOf = (findings: readonly Finding[], status: Finding['status']): number =>
  findings.filter((finding) => finding.status === status).length;

/** Decimals: the type knows no exponents. */
const seconds = (value: number): string => value.toFixed(3);

/** Both orders of the common schemas hold: properties, cases, outputs. @param id its place among all suites */
const suiteOf = (result: Result, id: number): string => {
  const findings = findingsOf(result);
  const name = result.kind === 'run' ? 'voltana run' : 'voltana comparison';
  const lines = [...(result.kind === 'run' ? runLines(result) : comparedLines(result)), `evidence: ${evidenceText(result)}`];
  return element(
    'testsuite',
    {
      name,
      package: 'voltana',
      id,
      timestamp: result.createdAt.slice(0, 19),
      // The machine is not told to whoever reads a report.
      hostname: 'localhost',
      tests: findings.length,
      failures: countOf(findings, 'failed'),
      errors: countOf(findings, 'broken'),
      skipped: countOf(findings, 'warned'),
      time: seconds(runOf(result).wallS),
    },
    [
      `\n    ${propertiesOf(result)}`,
      ...findings.map(testcase),
      `\n    ${element('system-out', {}, [textOf(lines)])}`,
      `\n    ${element('system-err', {})}\n  `,
    ],
  );
};

/** A suite for each result: its findings are the tests, its figures their output. */
export const junitOfAll = (results: readonly Result[]): string =>
  xmlDocument(element('testsuites', {}, [`${results.map((result, i) => `\n  ${suiteOf(result, i)}`).join('')}\n`]));

export const junitOf = (result: Result): string => junitOfAll([result]);
