import type { ChartPanel } from '../model.ts';
import { escapeHtml, table, tag } from './html.ts';

const BUTTONS = ['SVG', 'PNG'] as const;

/** Pointless without the script, which shows them. */
const tools = ({ id, title }: ChartPanel): string =>
  tag(
    'div',
    { class: 'tools', hidden: '' },
    ...BUTTONS.map((format) =>
      tag(
        'button',
        { type: 'button', 'data-save': format.toLowerCase(), 'data-panel': id, 'aria-label': `Save "${title}" as ${format}` },
        format,
      ),
    ),
  );

/** One chart: its drawing, which stays where no script runs, its words and its figures. */
export const figure = (panel: ChartPanel, drawing: string): string =>
  tag(
    'figure',
    { id: `panel-${panel.id}`, class: 'panel', 'aria-labelledby': `title-${panel.id}` },
    tag('div', { class: 'bar' }, tag('h3', { id: `title-${panel.id}` }, escapeHtml(panel.title)), tools(panel)),
    tag('div', { class: 'plot', 'data-plot': panel.id, role: 'img', 'aria-label': `${panel.title}. ${panel.description}` }, drawing),
    tag('figcaption', {}, escapeHtml(panel.description)),
    tag('details', {}, tag('summary', {}, `Figures of: ${escapeHtml(panel.title)}`), table({ caption: panel.title, ...panel.table })),
  );
