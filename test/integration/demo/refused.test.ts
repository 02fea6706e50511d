import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { expect } from 'chai';
import { demoFolder, killTree, RUN, startGroup, type ClusterDocument } from '../../fixtures/demo.ts';

interface Refusal {
  readonly what: string;
  readonly args: readonly string[];
  /** Of the error's line. */
  readonly says: RegExp;
  readonly exit?: 2 | 3;
}

const files = demoFolder();
const onCluster = (name: string, says: RegExp, change: (cluster: ClusterDocument) => void): Refusal => ({
  what: `a cluster file with ${name}`,
  args: ['demo', '--cluster', files.cluster(`${name.replaceAll(/\W+/g, '-')}.yaml`, change)],
  says,
});
const asFile = (name: string, text: string): string => {
  writeFileSync(files.at(name), text);
  return files.at(name);
};
const HEADER = 'TIMESTAMP,ContextTokens,GeneratedTokens\n';
const ESTIMATE = ['estimate', '--gpu', 'a100-sxm4-80gb', '--model', 'llama-3.1-8b', '--clock', '1005', '--context-tokens', '64'];

const NUMBERS: readonly Refusal[] = [
  ...['-1', 'NaN', 'abc', '0', '', '0x10'].map((value) => ['rate', value, 'a number from 0.01 to 1000'] as const),
  ...['0', '1.5', '1e99'].map((value) => ['requests', value, 'a whole number from 1 to 100000'] as const),
  ...['-1'].map((value) => ['seed', value, 'a whole number from 0 to 9007199254740991'] as const),
  ...['0'].map((value) => ['slo-ttft', value, 'a number of at least 1'] as const),
  ['slo-itl', 'x', 'a number of at least 1'] as const,
  ['gateway-port', '65536', 'a whole number from 0 to 65535'] as const,
].map(([flag, value, range]) => ({
  what: `--${flag} "${value}"`,
  args: ['demo', `--${flag}`, value],
  says: new RegExp(`^error: --${flag} "${value}" is not usable\\. Give ${range}\\.$`),
}));

const FLAGS: readonly Refusal[] = [
  { what: 'a misspelt command', args: ['demoo'], says: /unknown command "demoo"\. Did you mean voltana demo\?/ },
  { what: 'an argument', args: ['demo', 'extra'], says: /takes no argument "extra"/ },
  { what: 'a misspelt flag', args: ['demo', '--ratee', '3'], says: /unknown flag --ratee\. Did you mean --rate\?/ },
  { what: 'a flag without its value', args: ['demo', '--rate'], says: /--rate expects a value/ },
  {
    what: 'escape sequences in a value',
    args: ['demo', '--governor', '\u001b[31mmax'],
    says: /^error: unknown governor "max"\. Known: max/,
  },
  {
    what: 'a trace with a rate',
    args: ['demo', '--trace', files.at('short.csv'), '--rate', '3'],
    says: /^error: --rate=3 cannot also be provided when using --trace/,
  },
  { what: 'a phase that there is not', args: [...ESTIMATE, '--phase', 'decod'], says: /--phase=decod to be one of: prefill, decode/ },
];

const IDS: readonly Refusal[] = [
  { what: 'cluster', args: ['demo', '--cluster', 'nope'], says: /unknown cluster "nope"\. Known: emulated-2p2d/ },
  { what: 'workload', args: ['demo', '--workload', 'azure-conv'], says: /unknown workload "azure-conv"\. Did you mean "azure-conv-2023"/ },
  { what: 'governor', args: ['demo', '--governor', 'fixd'], says: /unknown governor "fixd"\. Did you mean "fixed"/ },
  { what: 'baseline governor', args: ['demo', '--baseline-governor', 'maxx'], says: /unknown governor "maxx"\. Did you mean "max"/ },
  { what: 'routing', args: ['demo', '--routing', 'echo'], says: /unknown routing policy "echo"\. Did you mean "eco"/ },
  {
    what: 'GPU',
    args: ['estimate', '--gpu', 'a100', '--model', 'llama-3.1-8b', '--phase', 'decode', '--clock', '1005'],
    says: /unknown GPU "a100"/,
  },
  onCluster('an unknown gpu', /unknown GPU "a100"/, (cluster) => (cluster['gpu'] = 'a100')),
  onCluster('an unknown model', /unknown model "llama"/, (cluster) => (cluster['model'] = 'llama')),
  onCluster('an unknown engine card', /unknown engine card "none"/, (cluster) => (cluster['engine'] = { kind: 'emulated', card: 'none' })),
  onCluster('an unknown governor', /unknown governor "turbo"/, (cluster) => (cluster['control'] = { governor: 'turbo' })),
].map((refusal) => ({ ...refusal, what: `unknown id: ${refusal.what}` }));

const fixed = (clocks: string, says: RegExp): Refusal => ({
  what: `--clocks ${clocks}`,
  args: ['demo', '--governor', 'fixed', '--clocks', clocks],
  says,
});
const CLOCKS: readonly Refusal[] = [
  fixed('1001', /1001 MHz for prefill is not a clock of this GPU\. The nearest is 1005 MHz/),
  fixed('1005:99999', /99999 MHz for decode is not a clock of this GPU\. The nearest is 1410 MHz/),
  fixed('abc', /--clocks abc is not a clock\. Give MHZ, or PREFILL:DECODE/),
  fixed('1:2:3', /--clocks 1:2:3 is not a clock/),
  fixed('300', /300 MHz for prefill is outside the cluster file's bounds\. Choose a clock from 390 to 1410 MHz/),
  {
    what: 'governor fixed-best, which needs many runs',
    args: ['demo', '--governor', 'fixed-best'],
    says: /which only a simulation can\. Find the pair with voltana simulate/,
  },
  {
    what: 'governor fixed without a clock',
    args: ['demo', '--governor', 'fixed'],
    says: /governor fixed needs a clock\. Give one with --clocks/,
  },
  {
    what: 'a clock without governor fixed',
    args: ['demo', '--clocks', '1005'],
    says: /--clocks 1005 is for governor fixed, and neither run has it\. Add --governor fixed/,
  },
  onCluster(
    'a bound beyond the card',
    /control\.maxClockMhz 1980 is outside this GPU's 210\.\.1410 MHz/,
    (cluster) => (cluster['control'] = { maxClockMhz: 1980 }),
  ),
  onCluster(
    'a bound below the card',
    /control\.minClockMhz 5 is outside this GPU's/,
    (cluster) => (cluster['control'] = { minClockMhz: 5 }),
  ),
  onCluster('bounds between two clocks', /leave no clock/, (cluster) => (cluster['control'] = { minClockMhz: 1001, maxClockMhz: 1002 })),
];

const CLUSTERS: readonly Refusal[] = [
  {
    what: 'a cluster file that is not there',
    args: ['demo', '--cluster', files.at('none.yaml')],
    says: /Cannot read .*none\.yaml: no such file/,
  },
  { what: 'a folder as cluster file', args: ['demo', '--cluster', `${files.folder}/`], says: /Cannot read .*: it is a folder/ },
  { what: 'malformed YAML', args: ['demo', '--cluster', asFile('malformed.yaml', 'a: [1\nb: 2')], says: /malformed\.yaml: .* at line \d/ },
  {
    what: 'an empty cluster file',
    args: ['demo', '--cluster', asFile('empty.yaml', '')],
    says: /empty\.yaml: the document must be keys with values/,
  },
  {
    what: 'binary rubbish as cluster file',
    args: ['demo', '--cluster', asFile('rubbish.yaml', '\u0000\u0001\u009b31m\u001b[31m')],
    says: /rubbish\.yaml: /,
  },
  onCluster('an unknown key', /unknown key "modell"\. Did you mean "model"/, (cluster) => (cluster['modell'] = 'x')),
  onCluster('a wrong type', /tp must be a whole number, got "one"/, (cluster) => (cluster['tp'] = 'one')),
  onCluster(
    'an engine that is not emulated',
    /runs engine sglang; the demo needs an emulated one/,
    (cluster) => (cluster['engine'] = { kind: 'sglang' }),
  ),
  onCluster('another launcher', /is launched by attach; the demo starts its processes on this machine/, (cluster) => {
    cluster['launcher'] = { kind: 'attach' };
    for (const instance of cluster.instances) instance['url'] = 'http://127.0.0.1:1';
  }),
  onCluster(
    'a url beside a launcher',
    /instance "p0" has a url, but launcher.kind local starts it/,
    ({ instances }) => (instances[0]!['url'] = 'http://127.0.0.1:1'),
  ),
  onCluster('one port twice', /the gateway and instance d0 both ask for port 23456/, (cluster) => {
    cluster['gateway'] = { host: '127.0.0.1', port: 23456 };
    cluster.instances[1]!['bootstrapPort'] = 23456;
  }),
  onCluster('a tp that splits no heads', /tp 3 of cluster .* does not divide the 32 heads/, (cluster) => {
    cluster['tp'] = 3;
    for (const instance of cluster.instances) instance['gpus'] = ['a', 'b', 'c'].map((gpu) => `${String(instance['id'])}-${gpu}`);
  }),
  onCluster(
    'a model that does not fit',
    /llama-3\.3-70b on 1 x a100-sxm4-80gb leaves room for 0 KV tokens; the profile needs \d+\. Use more GPUs/,
    (cluster) => (cluster['model'] = 'llama-3.3-70b'),
  ),
  onCluster('one GPU in two instances', /instances "p0" and "d0" both use GPU "gpu0"/, (cluster) => {
    for (const instance of cluster.instances) instance['gpus'] = ['gpu0'];
  }),
  onCluster('an address of another machine', /Cannot listen on 192\.0\.2\.1/, (cluster) => (cluster['gateway'] = { host: '192.0.2.1' })),
];

const TRACES: readonly Refusal[] = [
  { what: 'a trace that is not there', args: ['--trace', files.at('none.csv')], says: /Cannot read .*none\.csv: no such file/ },
  { what: 'a trace of rubbish', args: ['--trace', asFile('rubbish.csv', '"\u0001,"x\n,,,"')], says: /rubbish\.csv, line \d+: / },
  {
    what: 'an empty trace',
    args: ['--trace', asFile('empty.csv', '')],
    says: /empty\.csv, line 1: the file is empty\. .*TIMESTAMP,ContextTokens/,
  },
  {
    what: 'a trace with no rows',
    args: ['--trace', asFile('header.csv', HEADER)],
    says: /header\.csv, line 2: the trace holds no request/,
  },
  {
    what: 'a trace with a negative length',
    args: ['--trace', asFile('negative.csv', `${HEADER}2023-11-16 18:00:00.0,-3,5\n`)],
    says: /line 2: ContextTokens must be a whole number/,
  },
].map(({ args, ...refusal }) => ({ ...refusal, args: ['demo', ...args] }));

mkdirSync(files.at('folder.json'));
const OUTPUTS: readonly Refusal[] = [
  { what: 'an ending that is not known', args: [files.at('run.txt')], says: /has no known ending\. Use a file name that ends in \.json/ },
  {
    what: 'a folder that is not there',
    args: [files.at('none/run.json')],
    says: /Cannot write .*none\/run\.json: no such file or folder/,
    exit: 3 as const,
  },
  { what: 'a folder as file', args: [files.at('folder.json')], says: /Cannot write .*folder\.json: it is a folder/, exit: 3 as const },
  {
    what: 'a file as folder',
    args: [`${files.at('short.csv')}/run.json`],
    says: /Cannot write .*: a part of the path is not a folder/,
    exit: 3 as const,
  },
].map(({ what, args, ...refusal }) => ({ ...refusal, what: `--output: ${what}`, args: ['demo', '--output', ...args] }));

/** All that are started lie in one process group: it is gone when the command is. */
const groupIsGone = (pid: number): boolean => {
  try {
    process.kill(-pid, 0);
    return false;
  } catch {
    return true;
  }
};

describe('voltana refuses what it cannot do', function () {
  this.timeout(20_000);
  const servers: Server[] = [];
  after(() => {
    servers.forEach((server) => server.close());
    files.remove();
  });

  const expectRefused = async ({ args, says, exit = 2 }: Refusal): Promise<void> => {
    const command = startGroup(process.execPath, [RUN, ...args]);
    try {
      const code = await command.ended;
      expect(command.stderr()).to.match(/^error: [^\n]+\n$/);
      expect(command.stderr().trimEnd()).to.match(says);
      expect(command.stderr()).not.to.match(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
      expect(command.stdout()).to.equal('');
      expect(code).to.equal(exit);
      expect(groupIsGone(command.pid)).to.equal(true);
    } finally {
      killTree(command.pid);
    }
  };

  for (const refusal of [...FLAGS, ...NUMBERS, ...IDS, ...CLOCKS, ...CLUSTERS, ...TRACES, ...OUTPUTS])
    it(refusal.what, () => expectRefused(refusal));

  const takenPort = async (): Promise<number> => {
    const server = createServer().listen(0, '127.0.0.1');
    servers.push(server);
    await new Promise((resolve) => server.once('listening', resolve));
    return (server.address() as AddressInfo).port;
  };

  it('a taken --gateway-port', async () => {
    const port = await takenPort();
    await expectRefused({
      what: '',
      args: ['demo', ...files.small, '--gateway-port', String(port)],
      says: new RegExp(`Port ${port} on 127\\.0\\.0\\.1 is taken\\. Stop what listens there`),
      exit: 3,
    });
  });

  it('a taken gateway port in the cluster file', async () => {
    const port = await takenPort();
    const { args } = onCluster('a taken gateway port', /./, (cluster) => (cluster['gateway'] = { host: '127.0.0.1', port }));
    await expectRefused({ what: '', args, says: new RegExp(`Port ${port} on 127\\.0\\.0\\.1 is taken`), exit: 3 });
  });

  for (const key of ['port', 'bootstrapPort', 'controlPort']) {
    it(`a taken ${key} of an instance, before any instance is started`, async () => {
      const port = await takenPort();
      const { args } = onCluster(`a taken ${key}`, /./, ({ instances }) => (instances[0]![key] = port));
      await expectRefused({ what: '', args, says: new RegExp(`instance p0 cannot have port ${port} on 127\\.0\\.0\\.1`), exit: 3 });
    });
  }
});
