import { writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { demoFolder, RUN, startGroup } from '../../fixtures/demo.ts';

const files = demoFolder();
const WITHOUT = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('VOLTANA_')));

const voltana = async (args: readonly string[], variables: Readonly<Record<string, string>> = {}) => {
  const started = startGroup(process.execPath, [RUN, ...args], { cwd: files.folder, env: { ...WITHOUT, ...variables } });
  const exit = await started.ended;
  return { exit, stdout: started.stdout(), stderr: started.stderr() };
};

describe('voltana config, and the demo under it', function () {
  this.timeout(60_000);
  after(() => files.remove());
  const settings = files.at('my.yaml');
  writeFileSync(settings, 'schemaVersion: 1\nkind: settings\nrate: 3\nseed: 4\nrequests: 20\n');

  it('show --origin says where each value came from', async () => {
    const { exit, stdout } = await voltana(['config', 'show', '--origin', '--json', '--config', settings, '--requests', '30'], {
      VOLTANA_SEED: '5',
    });
    expect(exit).to.equal(0);
    expect((JSON.parse(stdout) as { settings: object }).settings).to.deep.include({
      rate: { value: 3, source: 'file', name: settings },
      seed: { value: 5, source: 'environment', name: 'VOLTANA_SEED' },
      requests: { value: 30, source: 'flag', name: '--requests' },
      baselineGovernor: { value: 'max', source: 'default', name: null },
      governor: { value: null, source: 'default', name: null },
    });
  });

  for (const format of [[], ['--json']]) {
    it(`show ${format.join('')} prints a settings file`, async () => {
      const file = files.at('shown.yaml');
      writeFileSync(file, (await voltana(['config', 'show', '--config', settings, ...format])).stdout);
      expect(await voltana(['config', 'validate', file])).to.deep.equal({
        exit: 0,
        stdout: `${file}: a valid settings file\n`,
        stderr: '',
      });
      expect((await voltana(['config', 'show'], { VOLTANA_CONFIG: file })).stdout).to.match(/^rate: 3$/m);
    });
  }

  it('init, then validate, then the plan of a demo on it; a second init is refused', async () => {
    expect(await voltana(['config', 'init', '--cluster', '--prefill', '1', '--decode', '3'])).to.include({ exit: 0, stderr: '' });
    expect(await voltana(['config', 'validate', 'cluster.yaml'])).to.include({ exit: 0 });
    const { stdout } = await voltana(['demo', '--dry-run'], { VOLTANA_CLUSTER: './cluster.yaml' });
    expect(stdout).to.contain('d2').and.to.contain('emulated-1p3d-a100');
    expect(await voltana(['config', 'init', '--cluster'])).to.include({
      exit: 2,
      stdout: '',
      stderr: 'error: cluster.yaml is there already. Give another --output FILE, or --force to replace it.\n',
    });
  });

  it('validate prints one line per problem and exits 2', async () => {
    const file = files.at('bad.yaml');
    writeFileSync(file, 'schemaVersion: 1\nkind: settings\nratee: 3\nseed: -1\n');
    const { exit, stdout, stderr } = await voltana(['config', 'validate', file]);
    expect({ exit, stdout }).to.deep.equal({ exit: 2, stdout: '' });
    expect(stderr.trimEnd().split('\n')).to.have.length(2);
    expect(JSON.parse((await voltana(['config', 'validate', file, '--json'])).stdout)).to.include({ kind: 'validation', valid: false });
  });

  it('validate says no more than twenty problems, and how many more there are', async () => {
    const file = files.at('worse.yaml');
    writeFileSync(file, ['schemaVersion: 1', 'kind: settings', ...Array.from({ length: 35 }, (_, i) => `wrong${i}: 1`), ''].join('\n'));
    const lines = (await voltana(['config', 'validate', file])).stderr.trimEnd().split('\n');
    expect(lines).to.have.length(21);
    expect(lines.at(-1)).to.equal('and 15 more; --json lists them all.');
    const { problems } = JSON.parse((await voltana(['config', 'validate', file, '--json'])).stdout) as { problems: unknown[] };
    expect(problems).to.have.length(35);
  });

  it('validate ends every sentence once, also that of a cluster file that is not there', async () => {
    const file = files.at('nowhere.yaml');
    writeFileSync(file, 'schemaVersion: 1\nkind: settings\ncluster: ./none.yaml\n');
    expect(await voltana(['config', 'validate', file])).to.deep.equal({
      exit: 2,
      stdout: '',
      stderr: `error: ${file}: Cannot read ./none.yaml: no such file or folder. Check the path and its permissions.\n`,
    });
  });

  it('show looks ids up and warns of unknown ones with their place, but shows what holds', async () => {
    const file = files.at('misspelt.yaml');
    writeFileSync(file, 'schemaVersion: 1\nkind: settings\nworkload: azure-conv\n');
    const { exit, stdout, stderr } = await voltana(['config', 'show', '--config', file, '--routing', 'ec0'], { VOLTANA_GOVERNOR: 'fixd' });
    expect(exit).to.equal(0);
    expect(stdout)
      .to.match(/^workload: azure-conv$/m)
      .and.match(/^governor: fixd$/m);
    expect(stderr.trimEnd().split('\n')).to.have.length(3);
    expect(stderr)
      .to.match(/^warning: VOLTANA_GOVERNOR=fixd: unknown governor "fixd"\. Did you mean "fixed"\?/m)
      .and.match(/^warning: .*misspelt\.yaml: workload: unknown workload "azure-conv"\. Did you mean "azure-conv-2023"\?/m)
      .and.match(/^warning: unknown routing policy "ec0"\. Did you mean "eco"\?/m);
    expect((await voltana(['config', 'show'])).stderr).to.equal('');
  });

  it('--trace says which settings it overrules, where they stand, and only those', async () => {
    const trace = ['demo', '--dry-run', '--trace', files.at('short.csv')];
    const both = await voltana([...trace, '--config', settings], { VOLTANA_WORKLOAD: 'sharegpt' });
    expect(both.exit).to.equal(0);
    expect(both.stderr).to.equal(
      `not used, because --trace brings its own lengths and times: VOLTANA_WORKLOAD=sharegpt, ${settings}: rate\n`,
    );
    expect((await voltana(trace)).stderr).to.equal('');
    const { stderr } = await voltana([...trace, '--json', '--log-format', 'json'], { VOLTANA_RATE: '3' });
    expect(JSON.parse(stderr)).to.deep.include({ level: 'warn', phase: 'start' });
  });

  it('the demo takes its load from file and environment', async () => {
    const { stdout } = await voltana(['demo', '--dry-run', '--config', settings], { VOLTANA_BASELINE_ROUTING: 'round-robin' });
    expect(stdout).to.contain('serve 20 requests').and.to.contain('governor max, routing round-robin');
  });

  for (const [what, args, variables, says] of [
    [
      'a wrong variable',
      ['demo', '--dry-run'],
      { VOLTANA_RATE: 'abc' },
      /^error: VOLTANA_RATE=abc is not usable\. Give a number from 0.01 to 1000\.\n$/,
    ],
    ['a misspelt variable', ['demo', '--dry-run'], { VOLTANA_RAT: '3' }, /unknown variable VOLTANA_RAT .*Did you mean VOLTANA_RATE\?/],
    [
      'an id from the environment',
      ['demo', '--dry-run'],
      { VOLTANA_GOVERNOR: 'fixd' },
      /^error: VOLTANA_GOVERNOR=fixd: unknown governor "fixd"\. Did you mean "fixed"/,
    ],
    [
      'a wrong variable, for estimate',
      ['estimate', '--gpu', 'a100-sxm4-80gb', '--model', 'llama-3.1-8b', '--phase', 'decode', '--clock', '1005'],
      { VOLTANA_SEED: 'x' },
      /VOLTANA_SEED=x/,
    ],
    ['a config file that is not there', ['demo', '--dry-run', '--config', 'none.yaml'], {}, /Cannot read none\.yaml/],
    ['a log format', ['demo', '--dry-run', '--log-format', 'jsn'], {}, /--log-format "jsn" is not usable\. Did you mean json\?/],
    ['a flag of clusters without --cluster', ['config', 'init', '--prefill', '2'], {}, /--cluster/],
    ['a misspelt command of a topic', ['config', 'shwo'], {}, /unknown command "config shwo"\. Did you mean voltana config show\?/],
    ['a misspelt topic', ['confg'], {}, /unknown command "confg"\. Did you mean voltana config\?/],
  ] as const) {
    it(`refuses ${what} with one line and exit 2`, async () => {
      const { exit, stdout, stderr } = await voltana(args, variables);
      expect({ exit, stdout }).to.deep.equal({ exit: 2, stdout: '' });
      expect(stderr).to.match(says);
      expect(stderr.trimEnd().split('\n')).to.have.length(1);
    });
  }
});
