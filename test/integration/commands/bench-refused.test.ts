import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { benchFolder } from '../../fixtures/benchmarking/bench-cli.ts';
import { startEndpoint } from '../../fixtures/benchmarking/streaming-endpoint.ts';
import { config, baselineRun } from '../../fixtures/run-records.ts';
import type { Answer } from '../../fixtures/engines/stand-in.ts';

/** All of it is known before anything is sent, or started. */
describe('voltana bench refuses', function () {
  this.timeout(60_000);
  const files = benchFolder();
  const LOAD = ['--rate', '5', '--duration', '2', '--warm-up', '0'];
  let endpoint: Awaited<ReturnType<typeof startEndpoint>>;
  before(async () => {
    endpoint = await startEndpoint();
    writeFileSync(
      files.at('cut.csv'),
      'TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:00:00.0000000,374,44\n2023-11-16 18:00:01.00',
    );
    writeFileSync(files.at('other-work.json'), JSON.stringify(baselineRun()));
    writeFileSync(files.at('other-schema.json'), JSON.stringify({ ...baselineRun(), schemaVersion: 99 }));
    writeFileSync(files.at('key.txt'), 'two words');
  });
  after(async () => {
    await endpoint.server.close();
    files.remove();
  });

  const refused = (what: string, exit: number, args: () => readonly string[], says: RegExp): void => {
    it(`${what}: ${exit}, in one line, and nothing is kept`, async () => {
      const sent = endpoint.server.asked.filter((path) => path.includes('completions')).length;
      const ended = await files.bench(args());
      expect({ exit: ended.exit, stdout: ended.stdout }, ended.stderr).to.deep.equal({ exit, stdout: '' });
      expect(ended.stderr).to.match(says);
      expect(ended.stderr.trimEnd().split('\n'), ended.stderr).to.have.length(1);
      expect(files.runs(), 'no run is left behind').to.deep.equal([]);
      return sent;
    });
  };
  const at = (...args: string[]): string[] => ['--url', endpoint.server.url, ...LOAD, ...args];

  refused('no target', 2, () => LOAD, /needs something to send its load to.*--url.*--cluster/);
  refused('two targets', 2, () => at('--cluster', 'emulated-2p2d-a100-llama-3.1-8b'), /--url .* and --cluster .* are two targets/);
  refused('two ways to send', 2, () => at('--concurrency', '4'), /--rate and --concurrency are two ways/);
  refused('what is no URL', 2, () => ['--url', 'ftp://x', ...LOAD], /"ftp:\/\/x" is not an http URL/);
  refused('a metric that is none', 2, () => at('--threshold', 'ttft.p98<5'), /ttft\.p98.*ttft\.p9/);
  refused('a trace that breaks off', 2, () => ['--url', endpoint.server.url, '--trace', files.at('cut.csv')], /cut\.csv:3/);
  refused('a trace that is not there', 2, () => ['--url', endpoint.server.url, '--trace', files.at('none.csv')], /none\.csv/);
  refused('an API that is none', 2, () => at('--api', 'openai-chats'), /Did you mean openai-chat\?/);
  refused(
    'an API that the endpoint does not speak',
    2,
    () => at('--api', 'sglang-generate'),
    /does not speak sglang-generate.*openai-completions/,
  );
  refused('a model that is not there', 2, () => at('--model', 'huge'), /does not serve huge; it serves tiny/);
  refused('a baseline of another workload', 2, () => at('--baseline', files.at('other-work.json')), /is no baseline for this run/);
  refused('a baseline of another schema', 2, () => at('--baseline', files.at('other-schema.json')), /schemaVersion/);
  refused('a run that is not known', 2, () => ['--from', 'nothing-like-it'], /unknown run "nothing-like-it"/);
  refused('to go on with a run that is not there', 2, () => ['--resume', 'nothing-like-it'], /unknown run "nothing-like-it"/);
  refused('a key file without a key', 2, () => at('--api-key-file', files.at('key.txt')), /holds no API key/);
  refused('an ending that is none', 2, () => at('--output', files.at('run.pdf')), /run\.pdf/);
  refused('a result file of another ending', 2, () => at('--save-vllm', files.at('vllm.csv')), /\.json/);
  refused('an output that cannot be written', 3, () => at('--output', '/nowhere/run.json'), /\/nowhere\/run\.json/);
  refused('an endpoint that is down', 5, () => ['--url', 'http://127.0.0.1:9', ...LOAD], /http:\/\/127\.0\.0\.1:9.*ECONNREFUSED/);

  it('a URL with a password, and does not repeat it: 2', async () => {
    const { exit, stdout, stderr } = await files.bench(['--url', 'http://me:hunter2@127.0.0.1:9', ...LOAD]);
    expect({ exit, stdout }).to.deep.equal({ exit: 2, stdout: '' });
    expect(stderr)
      .to.match(/holds a name or a password/)
      .and.not.include('hunter2');
  });

  const answering = async (answer: Answer): Promise<readonly [number | NodeJS.Signals, string]> => {
    const { server } = await startEndpoint({ '/v1/completions': answer });
    const { exit, stderr } = await files.bench(['--url', server.url, ...LOAD]);
    await server.close();
    return [exit, stderr];
  };

  it('an answer that does not stream: 2', async () => {
    const [exit, stderr] = await answering({
      choices: [{ text: 'all at once', finish_reason: 'length' }],
      usage: { completion_tokens: 4 },
    });
    expect(exit, stderr).to.equal(2);
    expect(stderr).to.match(/stream/);
  });

  it('a server that fails: 5', async () => {
    const [exit, stderr] = await answering(500);
    expect(exit, stderr).to.equal(5);
    expect(stderr).to.match(/HTTP 500/);
  });

  it('a gateway port that is taken: 3, and nothing is started', async () => {
    const taken: Server = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    const { exit, stdout, stderr } = await files.bench([...files.small, '--gateway-port', String(port)]);
    taken.close();
    expect({ exit, stdout }, stderr).to.deep.equal({ exit: 3, stdout: '' });
    expect(stderr).to.include(String(port));
    expect(files.runs()).to.deep.equal([]);
  });

  it('what another process holds, by the name that it was asked with', () => {
    expect(config.workload).to.equal('azure-conv-2023');
  });
});
