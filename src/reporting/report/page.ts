import { oneLine } from '../../domain/plain-text.ts';
import type { ChartPanel, PageAssets, PanelSection, ReportModel } from './model.ts';
import { aboutSection } from './page/about.ts';
import { figure } from './page/figure.ts';
import { embedded, escapeHtml, jsonScript, list, paragraph, tag } from './page/html.ts';
import { givenAwayTables, latencyTables, metricsTables, runKey } from './page/results.ts';
import { alarms, sentences } from './page/summary.ts';
import { absentPanels } from './panels.ts';
import { runLooks } from './run-looks.ts';

/** Nothing comes from anywhere else, whatever the page holds. */
const POLICY =
  "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; form-action 'none'";

interface Section {
  readonly id: string;
  readonly title: string;
  /** HTML; a section without content is left out. */
  readonly content: string;
}

type Drawn = ReadonlyMap<ChartPanel, string>;

const zoomTools = (group: string): string =>
  tag(
    'div',
    { class: 'zoom', role: 'group', 'aria-label': 'Span of all pictures over time', hidden: '' },
    ...[
      ['in', 'Closer'],
      ['out', 'Wider'],
      ['earlier', 'Earlier'],
      ['later', 'Later'],
      ['all', 'Whole run'],
    ].map(([zoom, text]) => tag('button', { type: 'button', 'data-zoom': zoom!, 'data-group': group }, text!)),
  );

const picturesOf = (model: ReportModel, drawn: Drawn, section: PanelSection): string => {
  const panels = [...drawn].filter(([panel]) => panel.section === section);
  const absent = absentPanels(model).filter((one) => one.section === section);
  const group = panels.map(([panel]) => panel.group).find((name) => name !== null);
  return [
    group ? zoomTools(group) : '',
    panels.length > 0 ? tag('div', { class: 'panels' }, ...panels.map(([panel, drawing]) => figure(panel, drawing))) : '',
    ...absent.map(({ text }) => paragraph(text, { class: 'note absent' })),
  ].join('');
};

const sectionsOf = (model: ReportModel, drawn: Drawn): Section[] => {
  const looks = runLooks(model);
  const pictures = (section: PanelSection): string => picturesOf(model, drawn, section);
  const all: Section[] = [
    {
      id: 'against',
      title: model.runs.length > 1 ? 'Energy and promises against the baseline' : 'Energy and promises',
      content: pictures('against'),
    },
    { id: 'given-away', title: 'Latency given away', content: givenAwayTables(model, looks) },
    { id: 'front', title: 'What the search found', content: pictures('front') },
    { id: 'time', title: 'Over time', content: pictures('time') },
    { id: 'spread', title: 'Latencies', content: pictures('spread') + latencyTables(model, looks) },
    { id: 'clocks', title: 'Clocks', content: pictures('clocks') },
    { id: 'map', title: 'Why these clocks', content: pictures('map') },
    { id: 'metrics', title: 'All metrics', content: metricsTables(model, looks) },
    { id: 'about', title: 'Method, evidence, environment', content: aboutSection(model, looks) },
    { id: 'notes', title: 'Notes', content: list(model.notes) },
  ];
  return all.filter(({ content }) => content !== '');
};

const sectionHtml = ({ id, title, content }: Section): string =>
  tag('section', { id, 'aria-labelledby': `h-${id}` }, tag('h2', { id: `h-${id}` }, escapeHtml(title)), content);

const navigation = (sections: readonly Section[]): string =>
  tag(
    'nav',
    { 'aria-label': 'Sections' },
    tag('ol', {}, ...sections.map(({ id, title }) => tag('li', {}, tag('a', { href: `#${id}` }, escapeHtml(title))))),
  );

const THEMES = ['auto', 'light', 'dark'];

const themeTools = (): string =>
  tag(
    'div',
    { class: 'themes', role: 'group', 'aria-label': 'Colours of the page', hidden: '' },
    ...THEMES.map((theme) =>
      tag('button', { type: 'button', 'data-theme-choice': theme, 'aria-pressed': theme === 'auto' ? 'true' : 'false' }, theme),
    ),
  );

const summary = (model: ReportModel): string => {
  const warned = alarms(model);
  return tag(
    'section',
    { id: 'summary', 'aria-labelledby': 'h-summary' },
    tag('h2', { id: 'h-summary' }, 'Summary'),
    warned.length > 0
      ? tag('div', { class: 'alarm', role: 'note', 'aria-label': 'Warning' }, tag('strong', {}, 'Read this first'), list(warned))
      : '',
    ...sentences(model).map((text) => paragraph(text, { class: 'verdict' })),
    model.comparisons.length > 0 ? paragraph(`Verdict: ${model.comparisons.map(({ verdict }) => verdict).join(', ')}.`) : '',
    model.runs.length > 0 ? runKey(model, runLooks(model)) : '',
  );
};

const head = (title: string, style: string): string =>
  [
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    '<meta name="color-scheme" content="light dark">',
    tag('title', {}, escapeHtml(title)),
    embedded('style', style),
  ].join('');

const body = (model: ReportModel, panels: readonly ChartPanel[], drawn: Drawn): string => {
  const sections = sectionsOf(model, drawn);
  return [
    tag('a', { class: 'skip', href: '#main' }, 'Skip to the summary'),
    tag(
      'header',
      {},
      tag('div', {}, tag('h1', {}, escapeHtml(model.title)), paragraph(`voltana ${model.voltana}, ${model.createdAt}`, { class: 'note' })),
      themeTools(),
    ),
    navigation(sections),
    tag('main', { id: 'main', tabindex: -1 }, summary(model), ...sections.map(sectionHtml)),
    tag('footer', {}, paragraph(`Made by voltana ${model.voltana}. One file: it loads nothing.`, { class: 'note' })),
    jsonScript(
      'panels',
      panels.map(({ id, title, group, option }) => ({ id, title, group, option })),
    ),
  ].join('\n');
};

/**
 * A report as one HTML document that loads nothing and works without its script.
 * @param drawings the SVG of each panel, in their order
 */
export const reportPage = (model: ReportModel, panels: readonly ChartPanel[], drawings: readonly string[], assets: PageAssets): string => {
  const drawn: Drawn = new Map(panels.map((panel, i) => [panel, drawings[i] ?? '']));
  const title = oneLine(model.title) || 'voltana report';
  return `<!doctype html>\n<html lang="en">\n<head>${head(title, assets.style)}</head>\n<body>\n${body({ ...model, title }, panels, drawn)}\n${embedded('script', assets.script)}\n</body>\n</html>\n`;
};
