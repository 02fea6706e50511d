// Run by the build in a fresh process: loads what was just written, and notes down what makes later starts quick.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { inRoot, OCLIF_PACK, OVERVIEW } from '../setup/paths.js';
import { writeFile } from './write.js';

const load = (name) => import(pathToFileURL(inRoot('dist', name)).href);
const { cli } = await load('cli.js');
const { commands } = await load('commands.js');
const { repack } = await import('../quick/oclif.js');

const { name, version, description, oclif } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));
const entries = Object.entries(commands).sort(([a], [b]) => (a < b ? -1 : 1));
// A command of a topic (config:show) is listed by the topic's own help, and the topic here.
const hasCommands = ([topic]) => entries.some(([command]) => command.startsWith(`${topic}:`));
const topics = Object.entries(oclif.topics ?? {})
  .filter(hasCommands)
  .map(([topic, about]) => ({ name: topic, summary: about.description }));
const listed = entries.filter(([command]) => !command.includes(':')).map(([command, { summary = '' }]) => ({ name: command, summary }));
const overview = { name, version, description, topics, commands: listed };
writeFile(OVERVIEW, JSON.stringify(overview));

// The cache holds what has run until it is taken: a help, and a parser that refuses.
for (const [args, expected] of [
  [['--help'], 0],
  [['--no-such-flag'], 2],
]) {
  const code = await cli([listed[0].name, ...args], pathToFileURL(inRoot('package.json')).href);
  if (code !== expected) process.exit(1);
}
writeFile(OCLIF_PACK, repack());
process.exit(0);
