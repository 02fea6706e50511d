import { expect } from 'chai';
import { launcherProblems } from '../../../src/config/launcher-checks.ts';
import type { ClusterFile, ClusterInstance, LauncherSettings } from '../../../src/domain/cluster.ts';

const instances: ClusterInstance[] = [
  { id: 'p0', role: 'prefill', gpus: ['0'] },
  { id: 'd0', role: 'decode', gpus: ['1'] },
];
const problemsOf = (launcher: LauncherSettings, each: Partial<ClusterInstance> = {}, more: Partial<ClusterFile> = {}): string[] => {
  const cluster = { engine: { kind: 'sglang' }, launcher, instances: instances.map((one) => ({ ...one, ...each })), ...more };
  return launcherProblems(cluster as ClusterFile).map(({ problem, hint }) => {
    expect(hint).to.not.equal('');
    return problem;
  });
};

describe('what a launcher needs of a cluster file', () => {
  it('finds nothing wrong with what is right', () => {
    expect(problemsOf({ kind: 'local' })).to.deep.equal([]);
    expect(problemsOf({ kind: 'ssh', ssh: { user: 'me' } }, { node: 'node-a' })).to.deep.equal([]);
    expect(problemsOf({ kind: 'slurm', slurm: {} })).to.deep.equal([]);
    expect(problemsOf({ kind: 'kubernetes', kubernetes: { image: 'x' } })).to.deep.equal([]);
    expect(problemsOf({ kind: 'attach' }, { url: 'http://a' })).to.deep.equal([]);
    expect(problemsOf({ kind: 'attach', discover: { by: 'llm-d' } }, {}, { instances: [] })).to.deep.equal([]);
    expect(problemsOf({ kind: 'local' }, {}, { engine: { kind: 'emulated' } })).to.deep.equal([]);
  });

  const wrong: [string, LauncherSettings, Partial<ClusterInstance>, RegExp][] = [
    ['ssh without nodes', { kind: 'ssh' }, {}, /"p0" names no node/],
    ['local with a node', { kind: 'local' }, { node: 'a' }, /names a node.*local/],
    ['attach without urls', { kind: 'attach' }, {}, /"p0" has no url/],
    ['attach with a folder', { kind: 'attach', workDir: '/x' }, { url: 'http://a' }, /workDir means nothing/],
    ['a url for what is started', { kind: 'slurm' }, { url: 'http://a' }, /has a url/],
    [
      'a volume of nothing',
      { kind: 'kubernetes', kubernetes: { image: 'x', volumes: [{ mountPath: '/models' }] } },
      {},
      /neither a claim nor a hostPath/,
    ],
    ['pods without an image', { kind: 'kubernetes' }, {}, /kubernetes\.image is missing/],
    ['parts of another launcher', { kind: 'local', ssh: {} }, {}, /launcher\.ssh means nothing to launcher\.kind local/],
    ['discovery without attach', { kind: 'local', discover: { by: 'dynamo' } }, {}, /launcher\.discover means nothing/],
    [
      'SGLang pods without labels',
      { kind: 'attach', discover: { by: 'sglang', prefillSelector: 'a=b' } },
      {},
      /prefillSelector and decodeSelector/,
    ],
    ['a node that is an option', { kind: 'ssh' }, { node: '-oProxyCommand=id' }, /no host name/],
    ['a node that is two words', { kind: 'slurm' }, { node: 'a b' }, /no host name/],
  ];
  for (const [what, launcher, each, problem] of wrong) {
    it(`tells of ${what}`, () => {
      expect(problemsOf(launcher, each)[0]).to.match(problem);
    });
  }

  it('tells of emulated engines that are to be started elsewhere', () => {
    expect(problemsOf({ kind: 'ssh' }, { node: 'a' }, { engine: { kind: 'emulated' } })[0]).to.match(/emulated engines are no engines/);
  });
});
