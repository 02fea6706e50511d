import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { drawPanels } from '../../../src/adapters/export/draw-panels.ts';
import { pageAssets } from '../../../src/adapters/export/page-assets.ts';
import { packageRoot } from '../../../src/adapters/host/installation.ts';
import type { ReportModel } from '../../../src/reporting/report/model.ts';
import { reportPage } from '../../../src/reporting/report/page.ts';
import { reportPanels } from '../../../src/reporting/report/panels.ts';
import { chromiumPath, launchChromium } from '../../fixtures/browser.ts';
import { until } from '../../fixtures/programs.ts';
import { reportModelOf } from '../../fixtures/report-models.ts';

const PNG = '89504e470d0a1a0a';
const MOST_BYTES = 1_500_000;

const htmlOf = async (model: ReportModel): Promise<string> => {
  const panels = reportPanels(model);
  return reportPage(model, panels, drawPanels(panels, 'light'), await pageAssets(join(packageRoot(), 'dist', 'page')));
};

/** Relative luminance and contrast as WCAG 2 defines them, over what is really painted. Runs within the page. */
const POOR_CONTRASTS = `(() => {
  const parse = (text) => { const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number); return { r, g, b, a }; };
  const light = ({ r, g, b }) => [r, g, b].map((c) => c / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (node) => { for (let at = node; at; at = at.parentElement) { const colour = parse(getComputedStyle(at).backgroundColor); if (colour.a > 0) return colour; } return { r: 255, g: 255, b: 255 }; };
  const poor = [];
  for (const node of document.querySelectorAll('body *')) {
    if (node.closest('svg, script') || node.getClientRects().length === 0) continue;
    if (![...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim() !== '')) continue;
    const [a, b] = [light(parse(getComputedStyle(node).color)), light(ground(node))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) poor.push(node.tagName + ' ' + node.textContent.slice(0, 30));
  }
  return poor;
})()`;

/** What stands on each picture over time: its ticks tell its span. Runs within the page. */
const TIME_LABELS = `[...document.querySelectorAll('[data-plot^="time-"]')].map((plot) => [...plot.querySelectorAll('text')].map((text) => text.textContent).join(' '))`;

describe("a report's page in Chromium", function () {
  this.timeout(60_000);
  const panels = reportPanels(reportModelOf());
  let folder: string;
  let browser: Browser | undefined;
  let file: string;

  before(async function () {
    const path = chromiumPath();
    if (path === null) {
      console.log('      skipped: no Chromium here; name one with CHROMIUM_PATH');
      return this.skip();
    }
    folder = await mkdtemp(join(tmpdir(), 'voltana-page-'));
    file = join(folder, 'report.html');
    await writeFile(file, await htmlOf(reportModelOf()));
    browser = await launchChromium(path);
  });

  after(async () => {
    await browser?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  /** Opens a page, and fails where it complains or asks for anything but itself. */
  const withPage = async (over: BrowserContextOptions & { hash?: string }, use: (page: Page) => Promise<void>): Promise<void> => {
    const { hash = '', ...options } = over;
    const context = await browser!.newContext({ viewport: { width: 1440, height: 900 }, ...options });
    const [complaints, requests]: [string[], string[]] = [[], []];
    const page = await context.newPage();
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => requests.push(request.url()));
    const url = pathToFileURL(file).href;
    await page.goto(url + hash);
    await use(page);
    await context.close();
    expect(complaints).to.deep.equal([]);
    expect(requests.filter((asked) => !asked.startsWith(url) && !/^(data|blob):/.test(asked))).to.deep.equal([]);
  };

  /** Looks from here: a page that forbids `eval` cannot look again by itself. */
  const shown = (page: Page, holds: string): Promise<void> => until(holds, async () => (await page.evaluate(holds)) === true);
  const timeLabels = (page: Page): Promise<string[]> => page.evaluate(TIME_LABELS);

  it('draws every panel, loads nothing and is small', async () => {
    expect((await readFile(file)).length).to.be.below(MOST_BYTES);
    await withPage({}, async (page) => {
      const drawn = await page.$$eval('[data-plot]', (plots) =>
        plots.map((plot) => `${plot.getAttribute('data-plot')} ${plot.querySelectorAll('svg path').length > 3}`),
      );
      expect(drawn.sort()).to.deep.equal(panels.map(({ id }) => `${id} true`).sort());
    });
  });

  it('shows the drawings where no script runs', async () => {
    await withPage({ javaScriptEnabled: false }, async (page) => {
      expect(await page.locator('[data-plot] > svg').count()).to.equal(panels.length);
      expect(await page.locator('button:visible').count()).to.equal(0);
    });
  });

  it('zooms all pictures over time at once, with the keyboard', async () => {
    await withPage({}, async (page) => {
      const before = await timeLabels(page);
      // Pictures follow in the next frame: waited for, whenever that is.
      await page.getByRole('button', { name: 'Closer' }).focus();
      await page.keyboard.press('Enter');
      await shown(page, `${TIME_LABELS}.every((labels, i) => labels !== ${JSON.stringify(before)}[i])`);
      await page.getByRole('button', { name: 'Whole run' }).press('Space');
      await shown(page, `${TIME_LABELS}.every((labels, i) => labels === ${JSON.stringify(before)}[i])`);
    });
  });

  it('changes its colours at a press and remembers them in the hash, a link notwithstanding', async () => {
    await withPage({}, async (page) => {
      const ground = (): Promise<string> => page.evaluate('getComputedStyle(document.body).backgroundColor');
      const light = await ground();
      await page.getByRole('button', { name: 'dark' }).press('Enter');
      expect(await ground()).not.to.equal(light);
      expect(await page.getByRole('button', { name: 'dark' }).getAttribute('aria-pressed')).to.equal('true');
      await page.getByRole('link', { name: 'Clocks', exact: true }).click();
      await shown(page, `location.hash === '#clocks;theme=dark'`);
      await page.reload();
      expect(await page.locator('html').getAttribute('data-look')).to.equal('dark');
      await page.getByRole('button', { name: 'auto' }).press('Enter');
      expect(await page.evaluate('location.hash')).to.equal('#clocks');
      expect(await ground()).to.equal(light);
    });
  });

  it('is white without controls on paper, also from a dark page', async () => {
    await withPage({ colorScheme: 'dark' }, async (page) => {
      await page.emulateMedia({ media: 'print' });
      await shown(page, `document.documentElement.dataset.look === 'print'`);
      expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).to.equal('rgb(255, 255, 255)');
      expect(await page.locator('button:visible, nav:visible, details:visible').count()).to.equal(0);
      expect(await page.locator('[data-plot] svg:visible').count()).to.equal(panels.length);
    });
  });

  it('saves a panel as SVG and as PNG', async () => {
    await withPage({ acceptDownloads: true }, async (page) => {
      const saved = async (format: string): Promise<{ name: string; bytes: Buffer }> => {
        const coming = page.waitForEvent('download');
        await page.getByRole('button', { name: `Save "Power of all GPUs" as ${format}` }).press('Enter');
        const download = await coming;
        return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
      };
      const svg = await saved('SVG');
      expect(svg.name).to.equal('time-power.svg');
      const root = await page.evaluate(
        `(() => { const found = new DOMParser().parseFromString(${JSON.stringify(svg.bytes.toString())}, 'image/svg+xml'); return [found.documentElement.localName, found.querySelectorAll('parsererror').length, found.documentElement.textContent.includes('Power of all GPUs')]; })()`,
      );
      expect(root).to.deep.equal(['svg', 0, true]);
      const png = await saved('PNG');
      expect(png.name).to.equal('time-power.png');
      expect(png.bytes.subarray(0, 8).toString('hex')).to.equal(PNG);
      expect(png.bytes.readUInt32BE(16)).to.equal(1520);
    });
  });

  it('fits phones, tablets and wide screens', async () => {
    await withPage({}, async (page) => {
      for (const width of [320, 768, 1440]) {
        await page.setViewportSize({ width, height: 900 });
        await shown(
          page,
          `[...document.querySelectorAll('[data-plot] svg')].every((drawing) => Math.abs(drawing.getBoundingClientRect().width - Math.max(200, drawing.closest('[data-plot]').clientWidth)) <= 1)`,
        );
        expect(await page.evaluate('document.documentElement.scrollWidth'), `${width} px`).to.be.at.most(width);
      }
    });
  });

  it('has names, captions, landmarks, one order of headings, and contrast', async () => {
    await withPage({}, async (page) => {
      const counts = await page.evaluate(`({
        nameless: [...document.querySelectorAll('button, a, [role=img], [role=region], [role=group]')].filter((node) => !(node.getAttribute('aria-label') || node.textContent.trim())).length,
        tables: [...document.querySelectorAll('table')].filter((table) => !table.caption?.textContent.trim() || [...table.querySelectorAll('th')].some((cell) => !cell.scope)).length,
        landmarks: ['header', 'nav', 'main', 'footer', 'h1'].map((name) => document.querySelectorAll(name).length),
        jumps: [...document.querySelectorAll('h1, h2, h3, h4')].map((node) => Number(node.tagName[1])).filter((level, i, all) => i > 0 && level > all[i - 1] + 1).length,
        twice: [...document.querySelectorAll('[id]')].map(({ id }) => id).filter((id, i, all) => all.indexOf(id) !== i),
        dangling: [...document.querySelectorAll('[aria-labelledby]')].filter((node) => !document.getElementById(node.getAttribute('aria-labelledby'))).length,
      })`);
      expect(counts).to.deep.equal({ nameless: 0, tables: 0, landmarks: [1, 1, 1, 1, 1], jumps: 0, twice: [], dangling: 0 });
      await page.keyboard.press('Tab');
      expect(await page.evaluate('document.activeElement.textContent')).to.equal('Skip to the summary');
      expect(await page.evaluate(`document.activeElement.getBoundingClientRect().left`)).to.be.at.least(0);
      expect(await page.evaluate(POOR_CONTRASTS), 'light').to.deep.equal([]);
      await page.getByRole('button', { name: 'dark' }).press('Enter');
      expect(await page.evaluate(POOR_CONTRASTS), 'dark').to.deep.equal([]);
    });
  });

  it('runs nothing that a name carries', async () => {
    const evil = `</script><script>document.title='taken'</script><img src=x onerror="document.title='taken'">`;
    const [first, second] = reportModelOf().runs;
    const kept = file;
    file = join(folder, 'evil.html');
    await writeFile(
      file,
      await htmlOf(
        reportModelOf({
          runs: [
            { ...first!, name: evil },
            { ...second!, name: evil },
          ],
          notes: [evil],
        }),
      ),
    );
    await withPage({}, async (page) => {
      expect(await page.title()).to.equal('max against slo');
      expect(await page.locator('img').count()).to.equal(0);
    });
    file = kept;
  });
});
