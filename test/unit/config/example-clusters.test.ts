import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { assertPortFree } from '../../../src/adapters/host/ports.ts';
import { engineProcess, portsOf } from '../../../src/adapters/engines/commands.ts';
import { createLauncher } from '../../../src/adapters/launch/index.ts';
import { parseClusterFile } from '../../../src/config/cluster-file.ts';
import type { ClusterFile, ClusterInstance } from '../../../src/domain/cluster.ts';

const FOLDER = new URL('../../../docs/examples/', import.meta.url);
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'));
const textOf = (name: string): string => readFileSync(new URL(name, FOLDER), 'utf8');

const fixedPorts = ({ engine }: ClusterFile, instance: ClusterInstance): Record<string, number> =>
  Object.fromEntries(
    portsOf(engine, instance.role).map(({ name, usual }) => [name, (instance as unknown as Record<string, number>)[name] || usual]),
  );

describe('example clusters of the docs', () => {
  it('there are some', () => expect(files.length).to.be.at.least(6));

  for (const name of files) {
    it(`${name} is valid, and what it would start is planned`, () => {
      const cluster = parseClusterFile(textOf(name), name);
      const processes = cluster.instances.map((instance) => engineProcess(cluster, instance, fixedPorts(cluster, instance)));
      const steps = createLauncher(cluster.launcher, processes, {
        cluster,
        whenReady: (instance) => Promise.resolve(instance),
        assertPortFree,
      }).plan();
      const words = steps.map(({ what, text }) => `${what}\n${text}`).join('\n');
      if (cluster.launcher.kind === 'ssh')
        for (const { id, node } of cluster.instances) expect(words).to.include(id).and.include(` ${node} `);
      expect(steps.length).to.be.at.least(1);
    });
  }
});
