import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { packageRoot } from '../../../../src/adapters/host/installation.ts';
import { EVENT_KINDS } from '../../../../src/domain/fleet-event.ts';
import { METRICS } from '../../../../src/telemetry/exposition/catalogue.ts';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly runbook_url: string };
}
interface Panel {
  readonly id: number;
  readonly title: string;
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}

const textOf = (...path: string[]): string => readFileSync(join(packageRoot(), 'docs', ...path), 'utf8');
const GUIDE = textOf('metrics.md');
const RUNBOOK = textOf('runbook.md');
const { groups } = parse(textOf('grafana', 'alerts.yaml')) as { groups: { rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);
const dashboard = JSON.parse(textOf('grafana', 'voltana.json')) as { uid: string; panels: Panel[] };
const expressions = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

const NAMES = Object.keys(METRICS);
const isHistogram = (name: string): boolean => METRICS[name as keyof typeof METRICS]?.type === 'histogram';

/** The series of which an expression asks, as metrics of ours. */
const metricsIn = (text: string): string[] =>
  [...text.matchAll(/\bvoltana_[a-z0-9_]+/g)].map(([series]) => {
    const base = series.replace(/_(bucket|sum|count)$/, '');
    return isHistogram(base) ? base : series;
  });

/** Selectors as `name{label="..."}`: what they say of labels has to be true of the metric. */
const selectorsIn = (text: string): [string, string[]][] =>
  [...text.matchAll(/\b(voltana_[a-z0-9_]+)\{([^}]*)\}/g)].map(([, series, labels]) => [
    metricsIn(series!)[0]!,
    [...labels!.matchAll(/([a-z_]+)\s*[=!]~?/g)].map((match) => match[1]!),
  ]);

const assertOurs = (text: string): void => {
  expect(NAMES).to.include.members(metricsIn(text));
  for (const [name, labels] of selectorsIn(text)) {
    const known: readonly string[] = METRICS[name as keyof typeof METRICS].labels;
    expect([...known, '<<.LabelMatchers>>'], text).to.include.members(labels);
  }
};

describe('documents about metrics', () => {
  it('docs/metrics.md has one row for each metric, with its type, and names no other', () => {
    const rows = [...GUIDE.matchAll(/^\| `(voltana_[a-z_]+)` +\| (\w+) /gm)].map((match) => [match[1]!, match[2]!]);
    expect(rows.sort()).to.deep.equal(NAMES.map((name) => [name, METRICS[name as keyof typeof METRICS].type]).sort());
    assertOurs(GUIDE.replace(/voltana_load/g, ''));
  });

  it('docs/metrics.md has one row for each kind of event', () => {
    const section = GUIDE.slice(GUIDE.indexOf('## Events'), GUIDE.indexOf('## Alerts'));
    expect([...section.matchAll(/^\| `(\w+)` /gm)].map((match) => match[1])).to.have.members(EVENT_KINDS);
  });

  it('the dashboard asks for metrics that there are, and shows every one', () => {
    expressions.forEach(assertOurs);
    expect(new Set(expressions.flatMap(metricsIn))).to.deep.equal(new Set(NAMES));
  });

  it('every panel of the dashboard has its own id, a title, and a legend of labels that its series have', () => {
    const ids = dashboard.panels.map(({ id }) => id);
    expect(new Set(ids).size).to.equal(ids.length);
    for (const { title, targets = [] } of dashboard.panels) {
      expect(title).to.not.equal('');
      for (const { expr, legendFormat } of targets) {
        const labels = metricsIn(expr).flatMap((name): readonly string[] => METRICS[name as keyof typeof METRICS].labels);
        const shown = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]!);
        expect(labels, `${title}: ${legendFormat}`).to.include.members(shown);
      }
    }
  });

  for (const { alert, expr, labels, annotations } of rules)
    it(`alert ${alert} asks for metrics that there are, and has a severity, a summary and a runbook`, () => {
      assertOurs(expr);
      expect(metricsIn(expr)).to.not.have.length(0);
      expect(['info', 'warning', 'critical']).to.include(labels.severity);
      expect(annotations.summary).to.not.equal('');
      expect(annotations.runbook_url).to.equal(`docs/runbook.md#${alert.toLowerCase()}`);
      expect(RUNBOOK).to.match(new RegExp(`^## ${alert}\\n+- \\*\\*Means:\\*\\* \\w`, 'm'));
    });

  it('every runbook belongs to an alert', () => {
    const headings = [...RUNBOOK.matchAll(/^## (.+)$/gm)].map((match) => match[1]);
    expect(headings).to.have.members(rules.map(({ alert }) => alert));
  });
});
