import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { packageRoot } from '../../../src/adapters/host/installation.ts';

interface Rule {
  readonly alert: string;
  readonly annotations: { readonly runbook_url: string };
}

const read = (file: string): string => readFileSync(join(packageRoot(), file), 'utf8');
const instructions = read('Dockerfile')
  .split('\n')
  .filter((line) => /^[A-Z]+ /.test(line))
  .map((line) => line.split(/\s+/));
const of = (name: string): string[][] => instructions.filter(([word]) => word === name).map(([, ...rest]) => rest);

describe('the runbook', () => {
  const { groups } = parse(read('docs/grafana/alerts.yaml')) as { groups: { rules: Rule[] }[] };
  const rules = groups.flatMap((group) => group.rules);
  const entries = read('docs/runbook.md').split(/^## /m).slice(1);

  it('has one entry for each alert and no other, in their order, and each alert points to its own', () => {
    expect(entries.map((entry) => entry.split('\n')[0])).to.deep.equal(rules.map(({ alert }) => alert));
    for (const { alert, annotations } of rules) expect(annotations.runbook_url).to.equal(`docs/runbook.md#${alert.toLowerCase()}`);
  });

  it('says of each what it means, what users feel, what to look at, what to do, whom to wake', () => {
    for (const entry of entries)
      expect(
        [...entry.matchAll(/^- \*\*(.+):\*\* \S/gm)].map(([, key]) => key),
        entry.split('\n')[0],
      ).to.deep.equal(['Means', 'Users feel', 'Check first', 'Fix', 'Wake']);
  });
});

describe('Dockerfile', () => {
  const ignored = read('.dockerignore').split('\n').filter(Boolean);

  it('copies only what is there and not ignored', () => {
    const sources = of('COPY').filter(([first]) => !first!.startsWith('--from='));
    for (const source of sources.flatMap((words) => words.slice(0, -1))) {
      expect(existsSync(join(packageRoot(), source)), source).to.equal(true);
      expect(ignored).to.not.include(source);
    }
  });

  it('copies all that is packed', () => {
    const { files } = JSON.parse(read('package.json')) as { files: string[] };
    const copied = of('COPY').flat();
    const tops = files.map((file) => file.replace(/^!/, '').split('/')[0]!).filter((top) => top !== 'dist');
    expect(copied).to.include.members([...new Set(tops)]);
  });

  it('stands on images of a pinned major, and ends as a user without rights', () => {
    for (const [image] of of('FROM')) expect(image).to.match(/^[a-z/]+:\d+(-[a-z]+)*$/);
    expect(of('USER').at(-1)).to.deep.equal(['node']);
    expect(of('ENTRYPOINT')).to.have.length(1);
  });

  it('leaves out of its context what must not travel', () => {
    expect(ignored).to.include.members(['.git', 'node_modules', 'dist', '.env*']);
  });
});
