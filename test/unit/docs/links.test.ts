import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const inDocs = (folder: string): string[] =>
  readdirSync(join(ROOT, folder)).flatMap((name) => (name.endsWith('.md') ? [`${folder}/${name}`] : []));
const PAGES = ['README.md', 'CONTRIBUTING.md', ...inDocs('docs'), ...inDocs('docs/decisions'), ...inDocs('docs/schemas')];

const LINK = /\]\(([^)\s]+)\)/g;
const withoutCode = (text: string): string => text.replaceAll(/^```[\s\S]*?^```/gm, '').replaceAll(/`[^`\n]*`/g, '');

/** As the page's reader in a browser gets them: lower case, words joined by hyphens. */
const anchorsOf = (text: string): string[] =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, head]) =>
    head!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );

describe('links of the pages', () => {
  for (const page of PAGES)
    it(page, () => {
      const text = readFileSync(join(ROOT, page), 'utf8');
      for (const [, link] of withoutCode(text).matchAll(LINK)) {
        if (/^[a-z]+:/.test(link!)) continue;
        const [path = '', anchor] = link!.split('#');
        const file = path === '' ? join(ROOT, page) : join(ROOT, dirname(page), path);
        expect(existsSync(file), link).to.equal(true);
        if (anchor !== undefined && statSync(file).isFile()) expect(anchorsOf(readFileSync(file, 'utf8')), link).to.include(anchor);
      }
    });
  it('every page can be found from the index', () => {
    const index = readFileSync(join(ROOT, 'docs/README.md'), 'utf8');
    const missing = inDocs('docs').filter((page) => page !== 'docs/README.md' && !index.includes(`(${page.slice('docs/'.length)}`));
    expect(missing).to.deep.equal([]);
  });
});
