import { reportPage } from '../../../src/reporting/report/page.ts';
import { reportPanels } from '../../../src/reporting/report/panels.ts';
import { reportModelOf } from '../../fixtures/report-models.ts';
import { expectGolden } from '../golden.ts';

const ENTITIES: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&apos;': "'", '&amp;': '&' };

/** What a reader without eyes for layout is told: headings, sentences, captions; cells and drawings are left out. */
const outline = (html: string): string =>
  [...html.matchAll(/<(h[1-6]|p|li|dt|dd|caption|figcaption)\b[^>]*>(.*?)<\/\1>/gs)]
    .map(
      ([, name, inner]) =>
        `${name}: ${inner!.replace(/<svg.*?<\/svg>|<[^>]+>/gs, '').replace(/&\w+;/g, (entity) => ENTITIES[entity] ?? entity)}`,
    )
    .join('\n');

describe('golden outline of a report page', () => {
  it('tells two runs and a search', () => {
    const model = reportModelOf();
    const panels = reportPanels(model);
    const html = reportPage(
      model,
      panels,
      panels.map(() => ''),
      { script: '', style: '' },
    );
    expectGolden('reporting/report-page.txt', `${outline(html)}\n`);
  });
});
