import type { RunRecord } from '../../../domain/run-record.ts';
import { number } from '../../format.ts';
import { runFacts, titleLines } from '../../run/facts.ts';
import { evidenceText } from '../../run/origin.ts';
import type { NamedRun, ReportModel } from '../model.ts';
import type { RunLook } from '../run-looks.ts';
import { escapeHtml, facts, list, paragraph, tag } from './html.ts';

const METHODS = {
  counter: 'read from energy counters at both ends of the span',
  integrated: 'integrated from readings of power',
  model: 'computed by a model of the GPUs; no meter saw them',
} as const;

const IDLE =
  'All GPUs of the fleet count over the whole span, those that idle included. Two runs are brought to the same span: the shorter one is extended at its own idle power.';

/** Counters of GPUs that are models count what a model says. */
const modelled = ({ mode, energyJ }: RunRecord): string =>
  mode === 'emulated' && energyJ?.method !== 'model' ? '; the GPUs are emulated, and a model fills their counters' : '';

const methodLines = (run: RunRecord): string[] => linesOf(run, modelled(run));

const linesOf = ({ energyJ, measuredS, idlePowerW, bench }: RunRecord, whose: string): string[] => [
  energyJ === null
    ? `no joules: ${bench?.noMeter ?? 'there was no power meter'}`
    : `joules ${METHODS[energyJ.method]}${whose}; uncertainty ${energyJ.method === 'model' ? "is the model's own, see its evidence" : `+- ${number(energyJ.uncertaintyPct, 1, '%')}`}`,
  `span: ${number(measuredS, 1, 's')}, from the first intended arrival until the last request ended`,
  `idle: all GPUs, drained, draw ${number(idlePowerW, 1, 'W')} under this run's governor`,
  'gaps are those between chunks as the client saw them; a promise of gaps is of the mean gap of a request',
];

const environmentText = ({ environment: { node, platform, arch, cpus }, voltana, createdAt, seed }: RunRecord): string =>
  `voltana ${voltana} on node ${node}, ${platform} ${arch}, ${cpus} CPUs; ${createdAt}; seed ${seed}`;

const validityLines = ({ validity: { verdict, reasons } }: RunRecord): string[] => [verdict, ...reasons];

const command = (argv: readonly string[]): string =>
  `voltana ${argv.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(' ')}`;

const code = (argv: readonly string[]): string =>
  tag('pre', { tabindex: 0, role: 'region', 'aria-label': 'Command' }, tag('code', {}, escapeHtml(command(argv))));

const runArticle = ({ name, record }: NamedRun, { label }: RunLook, index: number): string =>
  tag(
    'article',
    { 'aria-labelledby': `run-${index}` },
    tag('h3', { id: `run-${index}` }, escapeHtml(`${label}: ${name}`)),
    ...titleLines(record).map((text) => paragraph(text)),
    facts([
      ...runFacts(record),
      { label: 'method', lines: methodLines(record) },
      { label: 'evidence', lines: [evidenceText(record)] },
      { label: 'validity', lines: validityLines(record) },
      { label: 'environment', lines: [environmentText(record)] },
    ]),
    paragraph('Made by:', { class: 'note' }),
    code(record.argv),
  );

const tuningArticles = ({ tunings }: ReportModel): string[] =>
  tunings.map(({ name, document }, i) =>
    tag(
      'article',
      { 'aria-labelledby': `tuning-${i}` },
      tag('h3', { id: `tuning-${i}` }, escapeHtml(`Search: ${name}`)),
      list(document.recommended.why),
      facts([
        {
          label: 'method',
          lines: [
            `${document.search.simulations} simulations of ${document.evaluated} configurations, on virtual time; nothing was measured on a GPU`,
          ],
        },
        { label: 'evidence', lines: [document.evidence] },
        { label: 'reasons', lines: document.reasons.length > 0 ? document.reasons : ['none'] },
        {
          label: 'environment',
          lines: [`voltana ${document.voltana}, node ${document.environment.node}; ${document.createdAt}; seed ${document.seed}`],
        },
      ]),
      paragraph('Made by:', { class: 'note' }),
      code(document.argv),
    ),
  );

/** How each result came about: method, evidence, validity, environment, command. */
export const aboutSection = (model: ReportModel, looks: readonly RunLook[]): string =>
  [
    ...(model.runs.length > 0 ? [paragraph(IDLE)] : []),
    ...model.runs.map((run, i) => runArticle(run, looks[i]!, i)),
    ...tuningArticles(model),
    tag('h3', {}, 'This page'),
    paragraph(`voltana ${model.voltana}, ${model.createdAt}`),
    code(model.argv),
  ].join('');
