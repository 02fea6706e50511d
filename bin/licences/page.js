import { readdirSync, readFileSync } from 'node:fs';
import { inRoot } from '../setup/paths.js';
import { PACKAGES } from '../build/packages.js';

export const PAGE = inRoot('THIRD_PARTY.md');

const TEXT = /^(licen[cs]e|copying|notice)([.-].*)?$/i;

/** Licence and notice of a package, as they lie in it. */
const textsOf = (folder) =>
  readdirSync(inRoot(folder))
    .filter((name) => TEXT.test(name))
    .sort()
    .map((name) => readFileSync(inRoot(folder, name), 'utf8').trim());

const authorOf = ({ author, contributors = [] }) => {
  const [first] = [author, ...contributors].filter(Boolean);
  return (typeof first === 'string' ? first : first?.name) ?? 'its authors';
};

const describe = (folder) => {
  const manifest = JSON.parse(readFileSync(inRoot(folder, 'package.json'), 'utf8'));
  const { name, version, license = 'see below' } = manifest;
  const texts = textsOf(folder);
  // A package without a text of its own names its licence in its manifest: that and who holds it is all there is to pass on.
  return { title: `${name} ${version}`, license, texts: texts.length > 0 ? texts : [`${license}, Copyright ${authorOf(manifest)}`] };
};

/** One text may belong to many packages: once each. */
const byText = (packages) => {
  const groups = new Map();
  for (const one of packages) {
    const text = one.texts.join('\n\n');
    groups.set(text, [...(groups.get(text) ?? []), one]);
  }
  return [...groups];
};

const fenced = (text) => ['````text', text.replace(/\r\n?/g, '\n').replace(/[ \t]+$/gm, ''), '````'].join('\n');

/** THIRD_PARTY.md: every package whose code is inside dist, by what the last build put there. */
export const licencePage = () => {
  const { inside } = JSON.parse(readFileSync(PACKAGES, 'utf8'));
  const packages = inside.map(describe).sort((a, b) => (a.title < b.title ? -1 : 1));
  const unique = packages.filter(({ title }, i) => packages[i - 1]?.title !== title);
  const sections = byText(unique).map(([text, group]) =>
    [`## ${group.map(({ title }) => title).join(', ')}`, `${group[0].license}`, fenced(text)].join('\n\n'),
  );
  return `<!-- Written by \`npm run licences\` from what the build put inside dist. -->
# Software of others inside voltana

voltana itself is under Apache-2.0 (LICENSE). Its dist also holds code of these packages, each under its own licence, which follows.

${sections.join('\n\n')}
`;
};
